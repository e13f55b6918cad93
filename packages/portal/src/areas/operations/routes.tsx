import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/operations", () => import("./operations-page.tsx"), "OperationsPage"),
    page(parent, "/operations/$id", () => import("./operation-page.tsx"), "OperationPage"),
  ];
}
