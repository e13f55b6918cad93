import { Page } from "../../kit/page.tsx";

export function ServersPage() {
  return <Page title="Servers">{null}</Page>;
}
