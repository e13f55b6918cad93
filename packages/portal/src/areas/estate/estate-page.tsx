import { Page } from "../../kit/page.tsx";

export function EstatePage() {
  return <Page title="Estate">{null}</Page>;
}
