import {
  ActionGroup,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from "@patternfly/react-core";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useAct } from "../../api/queries.ts";
import { ProblemNote } from "../../kit/problem.tsx";
import { ShowCodeButton } from "../../kit/show-code.tsx";
import { toast } from "../../kit/toasts.tsx";
import type { Request } from "./story-rules.ts";

export interface DecisionFormProps {
  readonly request: Request;
  readonly decision: "approve" | "reject";
  readonly onCancel: () => void;
  readonly onDecided: () => void;
}

/** The reason, and Enter: a rejection needs one, an approval may have one. */
export function DecisionForm({ request, decision, onCancel, onDecided }: DecisionFormProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const onDone = () => {
    toast({ title: `${decision === "approve" ? "Approved" : "Rejected"}: ${request.service}` });
    onDecided();
  };
  const approve = useAct("approveRequest", { onDone });
  const reject = useAct("rejectRequest", { onDone });
  const isApproval = decision === "approve";
  const act = isApproval ? approve : reject;
  useEffect(() => input.current?.focus(), []);

  const params = { id: request.id };
  const code = isApproval
    ? ({ operation: "approveRequest", input: { params, body: reason === "" ? {} : { reason } } } as const)
    : ({ operation: "rejectRequest", input: { params, body: { reason } } } as const);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (act.isPending) return;
    if (isApproval) approve.mutate({ params, body: reason === "" ? {} : { reason } });
    else if (reason === "") setMissing(true);
    else reject.mutate({ params, body: { reason } });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") onCancel();
  };
  return (
    <Form onSubmit={submit} onKeyDown={onKey} aria-label={`${isApproval ? "Approve" : "Reject"} ${request.service}`}>
      {act.error !== null && <ProblemNote error={act.error} />}
      <FormGroup label="Reason" fieldId={id} isRequired={!isApproval}>
        <TextInput
          id={id}
          ref={input}
          value={reason}
          validated={isMissing ? "error" : "default"}
          aria-describedby={`${id}-help`}
          aria-invalid={isMissing}
          onChange={(_, text) => {
            setMissing(false);
            setReason(text);
          }}
        />
        <FormHelperText>
          <HelperText id={`${id}-help`}>
            <HelperTextItem variant={isMissing ? "error" : "default"}>
              {isMissing
                ? "is required: the requester is told why"
                : `told to ${request.requester}, and kept with the request`}
            </HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <ActionGroup>
        <Button
          type="submit"
          variant={isApproval ? "primary" : "danger"}
          isLoading={act.isPending}
          isDisabled={act.isPending}
        >
          {isApproval ? "Approve" : "Reject"}
        </Button>
        <Button variant="link" onClick={onCancel}>
          Not yet
        </Button>
        <ShowCodeButton {...code} />
      </ActionGroup>
    </Form>
  );
}
