import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

const load = () => import("./console-page.tsx");

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/console/server/$id", load, "ServerConsolePage"),
    page(parent, "/console/machine/$id", load, "MachineConsolePage"),
    // As one would guess from the address of the server or machine itself.
    page(parent, "/servers/$id/console", load, "ServerConsolePage"),
    page(parent, "/machines/$id/console", load, "MachineConsolePage"),
  ];
}
