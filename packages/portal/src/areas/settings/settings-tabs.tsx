import { type SectionTab, SectionTabs } from "../../kit/section-tabs.tsx";

const TABS = [
  { title: "System", to: "/settings/system" },
  { title: "Prices", to: "/settings/prices", roles: [] },
  { title: "Mail", to: "/settings/mail", roles: [] },
  { title: "Sign-in", to: "/settings/sign-in", roles: [] },
  { title: "Audit", to: "/settings/audit", roles: ["auditor"] },
] as const satisfies readonly SectionTab[];

export function SettingsTabs() {
  return <SectionTabs label="Settings" tabs={TABS} />;
}
