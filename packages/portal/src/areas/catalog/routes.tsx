import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/catalog", () => import("./catalog-page.tsx"), "CatalogPage"),
    page(parent, "/catalog/$name", () => import("./template-page.tsx"), "TemplatePage"),
    page(parent, "/catalog/$name/request", () => import("./order-page.tsx"), "OrderPage"),
  ];
}
