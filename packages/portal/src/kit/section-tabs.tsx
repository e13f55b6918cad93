import { Nav, NavItem, NavList } from "@patternfly/react-core";
import { Link, useLocation } from "@tanstack/react-router";
import "./section-tabs.css";

export interface SectionTab {
  readonly title: string;
  readonly to: string;
}

/** The parts of an area, above its pages. The one whose address the page's begins with is where one is. */
export function SectionTabs({ label, tabs }: { readonly label: string; readonly tabs: readonly SectionTab[] }) {
  const { pathname } = useLocation();
  const here = tabs
    .filter(({ to }) => pathname === to || pathname.startsWith(`${to}/`))
    .toSorted((a, b) => b.to.length - a.to.length)[0];
  return (
    <Nav variant="horizontal-subnav" aria-label={label} className="berth-section-tabs">
      <NavList>
        {tabs.map((tab) => (
          <NavItem key={tab.to} itemId={tab.to} isActive={tab === here}>
            <Link to={tab.to}>{tab.title}</Link>
          </NavItem>
        ))}
      </NavList>
    </Nav>
  );
}
