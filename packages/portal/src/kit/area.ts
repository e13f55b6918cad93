import { type AnyRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";

/** A page of an area, in a chunk of its own: `page(parent, "/servers", () => import("./servers-page.tsx"), "ServersPage")`. */
export function page<M extends Record<string, unknown>, K extends keyof M & string>(
  parent: AnyRoute,
  path: string,
  load: () => Promise<M>,
  name: M[K] extends ComponentType<never> ? K : never,
): AnyRoute {
  return createRoute({
    getParentRoute: () => parent,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, ComponentType>>, name),
  });
}
