import { Alert, Button, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "../../api/queries.ts";
import { ContractForm } from "../../kit/contract-form.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { toast } from "../../kit/toasts.tsx";
import { verifyWords } from "./audit-rules.ts";

const FILTERS = ["user", "action", "objectKind", "objectId", "outcome"];

/** Look whether the audit was changed, take it out, and say how long it is kept. */
export function AuditActions() {
  const [shown, setShown] = useState<"verify" | "retention" | null>(null);
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const exportHref = (format: string) => {
    const query = new URLSearchParams({ format });
    for (const name of FILTERS) if (typeof search[name] === "string") query.set(name, search[name]);
    return `/v1/audit/export?${query}`;
  };
  const close = () => setShown(null);
  return (
    <>
      <Button variant="secondary" onClick={() => setShown("verify")}>
        Verify
      </Button>
      <Button variant="secondary" component="a" href={exportHref("jsonl")} download="audit.jsonl">
        Export
      </Button>
      <Button variant="secondary" component="a" href={exportHref("cloudevents")} download="audit-cloudevents.jsonl">
        Export CloudEvents
      </Button>
      <Button variant="secondary" onClick={() => setShown("retention")}>
        How long it is kept
      </Button>
      {shown === "verify" && (
        <Modal isOpen variant="small" onClose={close} aria-label="Verify the audit">
          <ModalHeader
            title="Was the audit changed?"
            description="Every entry holds a hash over itself and the one before."
          />
          <ModalBody>
            <Verification />
          </ModalBody>
        </Modal>
      )}
      {shown === "retention" && (
        <Modal isOpen variant="small" onClose={close} aria-label="How long the audit is kept">
          <ModalHeader title="How long the audit is kept" description="Without a number, for ever." />
          <ModalBody>
            <Retention onDone={close} />
          </ModalBody>
        </Modal>
      )}
    </>
  );
}

function Verification() {
  const result = useApi("verifyAudit", {}, { staleMs: 0 });
  return (
    <Loaded query={result}>
      {(data) => (
        <Alert
          isInline
          variant={data.ok ? "success" : "danger"}
          title={data.ok ? "Nothing was changed" : "The audit was changed"}
          component="h2"
        >
          {verifyWords(data)}
        </Alert>
      )}
    </Loaded>
  );
}

function Retention({ onDone }: { readonly onDone: () => void }) {
  const retention = useApi("getAuditRetention", {}, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={retention}>
      {({ version, days }) => (
        <ContractForm
          key={version}
          operation="setAuditRetention"
          initial={{ ifMatch: version, body: { days } }}
          onReload={() => void retention.refetch()}
          onDone={() => {
            onDone();
            toast({ title: "Saved" });
          }}
        />
      )}
    </Loaded>
  );
}
