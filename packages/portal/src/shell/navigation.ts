import type { RoleName } from "@berth/api/role.ts";

export interface NavItem {
  readonly title: string;
  readonly to: string;
  /** Who has a use for it; everybody, if not said. What is shown is no rule: the API says what is allowed. */
  readonly roles?: readonly RoleName[];
}
export interface NavSection {
  readonly title: string;
  readonly items: readonly NavItem[];
}

const SECTIONS: readonly NavSection[] = [
  {
    title: "Mine",
    items: [
      { title: "Home", to: "/" },
      { title: "Catalogue", to: "/catalog" },
      { title: "Requests", to: "/requests" },
      { title: "Approvals", to: "/approvals", roles: ["approver"] },
      { title: "Services", to: "/services" },
      { title: "Servers", to: "/servers" },
      { title: "Operations", to: "/operations" },
    ],
  },
  {
    title: "Design",
    items: [
      { title: "Designer", to: "/designer", roles: ["architect"] },
      { title: "Scripts", to: "/scripts" },
    ],
  },
  {
    title: "Run",
    items: [
      { title: "Estate", to: "/estate", roles: ["operator", "architect", "auditor"] },
      { title: "Access", to: "/access", roles: [] },
      { title: "Settings", to: "/settings", roles: ["operator", "auditor"] },
    ],
  },
];

/** What the caller's roles have a use for. An administrator has a use for all. */
export function navigationFor(roles: ReadonlySet<RoleName>): NavSection[] {
  const isShown = (item: NavItem) =>
    item.roles === undefined || roles.has("administrator") || item.roles.some((role) => roles.has(role));
  return SECTIONS.map(({ title, items }) => ({ title, items: items.filter(isShown) })).filter(
    ({ items }) => items.length > 0,
  );
}

/** The item that a place belongs to: the longest that it begins with. */
export function isCurrent(item: NavItem, pathname: string): boolean {
  return item.to === "/" ? pathname === "/" : pathname === item.to || pathname.startsWith(`${item.to}/`);
}
