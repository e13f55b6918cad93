import { SectionTabs } from "../../kit/section-tabs.tsx";

export const ACCESS = { title: "Access", to: "/access" } as const;

const TABS = [
  { title: "Users", to: "/access/users" },
  { title: "Groups", to: "/access/groups" },
  { title: "Projects", to: "/access/projects" },
  { title: "Roles given", to: "/access/grants" },
  { title: "Self-service", to: "/access/self-service" },
  { title: "Approval rules", to: "/access/approval-rules" },
] as const;

export function AccessTabs() {
  return <SectionTabs label="Access" tabs={TABS} />;
}
