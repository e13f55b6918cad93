import { Page } from "../../kit/page.tsx";

export function OperationsPage() {
  return <Page title="Operations">{null}</Page>;
}
