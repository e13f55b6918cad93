import { Nav, NavGroup, NavItem, Page, PageSidebar, PageSidebarBody, SkipToContent } from "@patternfly/react-core";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { LiveEvents, useConnection } from "../api/live.tsx";
import { useMe, useRoles } from "../api/session.ts";
import { LostConnection } from "./lost-connection.tsx";
import { PortalMasthead } from "./masthead.tsx";
import { isCurrent, navigationFor } from "./navigation.ts";
import { Palette } from "./palette.tsx";
import { TaskStrip } from "./task-strip.tsx";

const MAIN = "berth-main";

/** Around every page of those who have signed in. */
export function Shell() {
  const me = useMe();
  const { isSignedOut } = useConnection();
  const { pathname, href } = useRouterState({ select: (state) => state.location });
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  useKey("k", () => setPaletteOpen(true));
  useFocusOnNewPage(pathname);

  if (isSignedOut || me.error?.code === "unauthenticated") return <ToSignIn from={href} />;
  if (me.data === undefined) return <LostConnection />;
  return (
    <>
      <LiveEvents />
      <Page
        masthead={<PortalMasthead name={me.data.name} onSearch={() => setPaletteOpen(true)} />}
        sidebar={<Sidebar pathname={pathname} />}
        skipToContent={<SkipToContent href={`#${MAIN}`}>Skip to content</SkipToContent>}
        mainContainerId={MAIN}
        mainTabIndex={-1}
        isManagedSidebar
        isContentFilled
      >
        <LostConnection />
        <div className="berth-main">
          <Outlet />
        </div>
        <TaskStrip />
      </Page>
      {isPaletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}
    </>
  );
}

/** Where one came from is kept as it was at first: on the way, the present place is the sign-in page itself. */
function ToSignIn({ from }: { readonly from: string }) {
  const [back] = useState(from);
  const navigate = useNavigate();
  // Once: the router's own component for this goes anew with each drawing, and going draws anew.
  useEffect(() => {
    void navigate({ to: "/sign-in", search: { back } as never, replace: true });
  }, [navigate, back]);
  return null;
}

function Sidebar({ pathname }: { readonly pathname: string }) {
  const roles = useRoles();
  return (
    <PageSidebar>
      <PageSidebarBody>
        <Nav aria-label="Pages">
          {navigationFor(roles).map(({ title, items }) => (
            <NavGroup key={title} title={title}>
              {items.map((item) => (
                <NavItem key={item.to} itemId={item.to} isActive={isCurrent(item, pathname)}>
                  <Link to={item.to}>{item.title}</Link>
                </NavItem>
              ))}
            </NavGroup>
          ))}
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}

/** Ctrl, or Command on a Mac, with a letter. */
function useKey(letter: string, act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== letter)
        return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [letter]);
}

/** Without a reload, nobody else tells a screen reader that there is another page. */
function useFocusOnNewPage(pathname: string): void {
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    document.getElementById(MAIN)?.focus({ preventScroll: true });
  }, [pathname]);
}
