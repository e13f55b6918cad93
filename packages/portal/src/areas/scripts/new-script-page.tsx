import { useNavigate } from "@tanstack/react-router";
import { ContractForm } from "../../kit/contract-form.tsx";
import { Page } from "../../kit/page.tsx";
import { TEMPLATE } from "./script-rules.ts";

const CRUMBS = [{ title: "Scripts", to: "/scripts" }];

/** Names a new script; it is written on its own page. */
export function NewScriptPage() {
  const navigate = useNavigate();
  return (
    <Page title="New script" crumbs={CRUMBS}>
      <ContractForm<{ name: string }>
        operation="saveScript"
        initial={{ body: { text: TEMPLATE } }}
        hidden={["text", "basedOn"]}
        submitLabel="Write it"
        onDone={({ name }) => void navigate({ to: `/scripts/${name}` })}
        onCancel={() => void navigate({ to: "/scripts" })}
      />
    </Page>
  );
}
