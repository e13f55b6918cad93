import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/settings", () => import("./system-page.tsx"), "SystemPage"),
    page(parent, "/settings/system", () => import("./system-page.tsx"), "SystemPage"),
    page(parent, "/settings/prices", () => import("./prices-page.tsx"), "PricesPage"),
    page(parent, "/settings/mail", () => import("./mail-page.tsx"), "MailPage"),
    page(parent, "/settings/sign-in", () => import("./sign-in-settings-page.tsx"), "SignInSettingsPage"),
    page(parent, "/settings/audit", () => import("./audit-page.tsx"), "AuditPage"),
  ];
}
