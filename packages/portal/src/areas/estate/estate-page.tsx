import type { ReactNode } from "react";
import { Page } from "../../kit/page.tsx";
import { SectionTabs } from "../../kit/section-tabs.tsx";

const TABS = [
  { title: "Overview", to: "/estate" },
  { title: "Machines", to: "/estate/machines" },
  { title: "Enclosures", to: "/estate/enclosures" },
  { title: "Hosts", to: "/estate/hosts" },
  { title: "Networks", to: "/estate/networks" },
  { title: "Identities", to: "/estate/identity-ranges" },
  { title: "Pools", to: "/estate/pools" },
  { title: "Volumes", to: "/estate/volumes" },
  { title: "Images", to: "/estate/images" },
  { title: "Boot policies", to: "/estate/policies" },
  { title: "Sites", to: "/estate/sites" },
] as const;

export const ESTATE = { title: "Estate", to: "/estate" } as const;

export function EstateTabs() {
  return <SectionTabs label="Estate" tabs={TABS} />;
}

export interface EstatePageProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the area's first level. */
export function EstatePage({ title, actions, children }: EstatePageProps) {
  return (
    <Page title={title} actions={actions}>
      <EstateTabs />
      {children}
    </Page>
  );
}
