import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

/** The form for a new one stands beside the list: any word behind `/scripts/` may be a script's name. */
export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/scripts", () => import("./scripts-page.tsx"), "ScriptsPage"),
    page(parent, "/new-script", () => import("./new-script-page.tsx"), "NewScriptPage"),
    page(parent, "/scripts/$name", () => import("./script-page.tsx"), "ScriptPage"),
  ];
}
