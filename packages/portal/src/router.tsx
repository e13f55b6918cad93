import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { routes as accessRoutes } from "./areas/access/routes.tsx";
import { routes as catalogRoutes } from "./areas/catalog/routes.tsx";
import { routes as consoleRoutes } from "./areas/console/routes.tsx";
import { routes as designerRoutes } from "./areas/designer/routes.tsx";
import { routes as estateRoutes } from "./areas/estate/routes.tsx";
import { routes as homeRoutes } from "./areas/home/routes.tsx";
import { routes as operationsRoutes } from "./areas/operations/routes.tsx";
import { routes as requestsRoutes } from "./areas/requests/routes.tsx";
import { routes as scriptsRoutes } from "./areas/scripts/routes.tsx";
import { routes as serversRoutes } from "./areas/servers/routes.tsx";
import { routes as servicesRoutes } from "./areas/services/routes.tsx";
import { routes as settingsRoutes } from "./areas/settings/routes.tsx";
import { NotFound, PageFailed } from "./shell/page-problems.tsx";
import { Shell } from "./shell/shell.tsx";
import { SignInPage } from "./shell/sign-in-page.tsx";

const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: PageFailed });
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignInPage });
/** All pages of those who have signed in: with masthead, navigation and task strip. */
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const areas = [
  homeRoutes,
  catalogRoutes,
  requestsRoutes,
  servicesRoutes,
  serversRoutes,
  operationsRoutes,
  estateRoutes,
  designerRoutes,
  consoleRoutes,
  scriptsRoutes,
  accessRoutes,
  settingsRoutes,
];

export const router = createRouter({
  routeTree: root.addChildren([signIn, shell.addChildren(areas.flatMap((routes) => routes(shell)))]),
  defaultPreload: "intent",
  defaultErrorComponent: PageFailed,
  scrollRestoration: true,
});
