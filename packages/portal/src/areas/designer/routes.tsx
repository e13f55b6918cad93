import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/designer", () => import("./designer-page.tsx"), "DesignerPage"),
    page(parent, "/designer/$name", () => import("./editor-page.tsx"), "EditorPage"),
  ];
}
