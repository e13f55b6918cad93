import { Page } from "../../kit/page.tsx";

export function ConsolePage() {
  return <Page title="Console">{null}</Page>;
}
