import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/requests", () => import("./requests-page.tsx"), "RequestsPage"),
    page(parent, "/requests/$id", () => import("./request-page.tsx"), "RequestPage"),
    page(parent, "/approvals", () => import("./approvals-page.tsx"), "ApprovalsPage"),
  ];
}
