import type { AnyRoute } from "@tanstack/react-router";
import { page } from "../../kit/area.ts";

export function routes(parent: AnyRoute): AnyRoute[] {
  return [
    page(parent, "/access", () => import("./users-page.tsx"), "UsersPage"),
    page(parent, "/access/users", () => import("./users-page.tsx"), "UsersPage"),
    page(parent, "/access/users/$id", () => import("./user-page.tsx"), "UserPage"),
    page(parent, "/access/groups", () => import("./groups-page.tsx"), "GroupsPage"),
    page(parent, "/access/groups/$id", () => import("./group-page.tsx"), "GroupPage"),
    page(parent, "/access/projects", () => import("./projects-page.tsx"), "ProjectsPage"),
    page(parent, "/access/projects/$id", () => import("./project-page.tsx"), "ProjectPage"),
    page(parent, "/access/grants", () => import("./grants-page.tsx"), "GrantsPage"),
    page(parent, "/access/self-service", () => import("./self-service-page.tsx"), "SelfServicePage"),
    page(parent, "/access/approval-rules", () => import("./approval-rules-page.tsx"), "ApprovalRulesPage"),
    page(parent, "/access/add/$noun", () => import("./add-page.tsx"), "AddPage"),
    page(parent, "/access/edit/$noun/$id", () => import("./edit-page.tsx"), "EditPage"),
    // Everybody's own, whatever his roles.
    page(parent, "/profile", () => import("./profile-page.tsx"), "ProfilePage"),
  ];
}
