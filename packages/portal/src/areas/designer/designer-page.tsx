import { Page } from "../../kit/page.tsx";

export function DesignerPage() {
  return <Page title="Designer">{null}</Page>;
}
