import type { RoleName } from "@berth/api/role.ts";
import { Nav, NavItem, NavList } from "@patternfly/react-core";
import { Link, useLocation } from "@tanstack/react-router";
import { useRoles } from "../api/session.ts";
import "./section-tabs.css";

export interface SectionTab {
  readonly title: string;
  readonly to: string;
  /** Who has a use for it beside administrators; everybody, if not said. */
  readonly roles?: readonly RoleName[];
}

/** The parts of an area, above its pages. The one whose address the page's begins with is where one is. */
export function SectionTabs({ label, tabs }: { readonly label: string; readonly tabs: readonly SectionTab[] }) {
  const { pathname } = useLocation();
  const roles = useRoles();
  const isUseful = (tab: SectionTab) =>
    tab.roles === undefined || roles.has("administrator") || tab.roles.some((role) => roles.has(role));
  const matching = tabs.filter(({ to }) => pathname === to || pathname.startsWith(`${to}/`));
  // An area's own address shows its first part.
  const here = matching.toSorted((a, b) => b.to.length - a.to.length)[0] ?? tabs[0];
  return (
    <Nav variant="horizontal-subnav" aria-label={label} className="berth-section-tabs">
      <NavList>
        {tabs.filter(isUseful).map((tab) => (
          <NavItem key={tab.to} itemId={tab.to} isActive={tab === here}>
            <Link to={tab.to}>{tab.title}</Link>
          </NavItem>
        ))}
      </NavList>
    </Nav>
  );
}
