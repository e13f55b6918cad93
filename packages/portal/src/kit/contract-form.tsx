import type { AnyInput } from "@berth/api/client.ts";
import type { ClientError } from "@berth/api/client-error.ts";
import type { FieldProblem } from "@berth/api/errors.ts";
import { fieldsOf } from "@berth/api/fields.ts";
import { ActionGroup, Alert, Button, ExpandableSection, Form } from "@patternfly/react-core";
import { useBlocker } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import type { OperationName } from "../api/client.ts";
import { routeOf, useAnyAct } from "../api/queries.ts";
import { Confirm } from "./confirm.tsx";
import { FormField, type Widgets } from "./form-fields.tsx";
import {
  missingFields,
  orderFields,
  type Path,
  problemsElsewhere,
  type Values,
  withDefaults,
  withValue,
} from "./form-rules.ts";
import { ProblemNote } from "./problem.tsx";
import { ShowCode } from "./show-code.tsx";
import "./contract-form.css";

export interface ContractFormProps<A = unknown> {
  readonly operation: OperationName;
  /** What is known already: the path's params, the version that was seen, fields of the body. */
  readonly initial?: AnyInput;
  /** Fields of the body that are not shown; what `initial` says of them is sent. */
  readonly hidden?: readonly string[];
  /** These first, in this order. */
  readonly order?: readonly string[];
  readonly widgets?: Widgets;
  readonly submitLabel?: string;
  readonly onDone: (answer: A) => void;
  readonly onCancel?: () => void;
  /** Where somebody else has changed it meanwhile: reads it again. */
  readonly onReload?: () => void;
  /** Beside the form, from what is typed by now: a price, a preview. */
  readonly aside?: (input: AnyInput) => ReactNode;
}

/** A form for a call, drawn from the contract: fields, help, and what Berth says is wrong at its field. */
export function ContractForm<A = unknown>(props: ContractFormProps<A>) {
  const { operation, initial = {}, hidden = [], order = [], widgets = {}, submitLabel = "Save", aside } = props;
  const formId = useId();
  const route = routeOf(operation);
  const fields = useMemo(() => (route.body === undefined ? [] : fieldsOf(route.body)), [route]);
  const shown = orderFields(fields, order, hidden);
  const [values, setValues] = useState<Values>(() => withDefaults(fields, (initial.body ?? {}) as Values));
  const [isDirty, setDirty] = useState(false);
  const [missing, setMissing] = useState<readonly FieldProblem[]>([]);
  const [isCodeOpen, setCodeOpen] = useState(false);
  const isDone = useRef(false);
  const act = useAnyAct();
  const error = act.error as ClientError | null;
  const problems = [...missing, ...(error?.fields ?? [])];
  const input: AnyInput = { ...initial, ...(route.body === undefined ? {} : { body: values }) };
  const elsewhere = problemsElsewhere(problems, new Set(shown.map(({ name }) => name)));
  const isStale = error?.code === "precondition_failed";

  const change = (path: Path, value: unknown) => {
    setDirty(true);
    setMissing([]);
    setValues((before) => withValue(before, path, value) as Values);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const empty = missingFields(shown, values);
    setMissing(empty);
    if (empty.length > 0) return;
    act.mutate(
      { operation, input },
      {
        onSuccess: (answer) => {
          isDone.current = true;
          setDirty(false);
          // The answer's shape is the operation's, which whoever shows the form knows.
          props.onDone(answer as A);
        },
      },
    );
  };
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty && !isDone.current,
    enableBeforeUnload: () => isDirty && !isDone.current,
    withResolver: true,
  });

  return (
    <div className={aside === undefined ? "berth-form" : "berth-form berth-form--aside"}>
      <Form onSubmit={submit} noValidate aria-label={route.summary}>
        {error !== null && <ProblemNote error={error} />}
        {isStale && props.onReload !== undefined && (
          <Button variant="link" isInline onClick={props.onReload}>
            Show what is there now
          </Button>
        )}
        {missing.length > 0 && <Alert variant="danger" isInline title="Some fields are still empty" component="h2" />}
        {error === null && elsewhere.length > 0 && (
          <Alert variant="danger" isInline title={elsewhere.map((one) => `${one.field} ${one.message}`).join("; ")} />
        )}
        {shown.map((field) => (
          <FormField
            key={field.name}
            field={field}
            path={[field.name]}
            value={values[field.name]}
            formId={formId}
            problems={problems}
            widgets={widgets}
            onChange={change}
          />
        ))}
        <ActionGroup>
          <Button type="submit" variant="primary" isLoading={act.isPending} isDisabled={act.isPending}>
            {submitLabel}
          </Button>
          {props.onCancel !== undefined && (
            <Button variant="link" onClick={props.onCancel}>
              Cancel
            </Button>
          )}
        </ActionGroup>
        <ExpandableSection toggleText="Show code" isExpanded={isCodeOpen} onToggle={(_, isOpen) => setCodeOpen(isOpen)}>
          {isCodeOpen && <ShowCode operation={operation} input={input} />}
        </ExpandableSection>
      </Form>
      {aside !== undefined && <aside className="berth-form__aside">{aside(input)}</aside>}
      {blocker.status === "blocked" && (
        <Confirm
          title="Leave without saving?"
          lost="What you have typed here."
          label="Leave"
          isDanger
          onConfirm={blocker.proceed}
          onClose={blocker.reset}
        />
      )}
    </div>
  );
}
