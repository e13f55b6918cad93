import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/servers", () => import("./servers-page.tsx"), "ServersPage"),
    page(parent, "/servers/$id", () => import("./server-page.tsx"), "ServerPage"),
  ];
}
