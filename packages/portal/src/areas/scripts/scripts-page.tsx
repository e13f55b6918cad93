import { Page } from "../../kit/page.tsx";

export function ScriptsPage() {
  return <Page title="Scripts">{null}</Page>;
}
