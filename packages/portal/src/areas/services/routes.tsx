import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/services", () => import("./services-page.tsx"), "ServicesPage"),
    page(parent, "/services/$id", () => import("./service-page.tsx"), "ServicePage"),
  ];
}
