import { SectionTabs } from "../../kit/section-tabs.tsx";

export const SETTINGS = { title: "Settings", to: "/settings" } as const;

const TABS = [
  { title: "System", to: "/settings/system" },
  { title: "Prices", to: "/settings/prices" },
  { title: "Mail", to: "/settings/mail" },
  { title: "Sign-in", to: "/settings/sign-in" },
  { title: "Audit", to: "/settings/audit" },
] as const;

export function SettingsTabs() {
  return <SectionTabs label="Settings" tabs={TABS} />;
}
