import type { AnyInput } from "@berth/api/client.ts";
import type { ClientError } from "@berth/api/client-error.ts";
import {
  Button,
  Dropdown,
  DropdownItem,
  DropdownList,
  MenuToggle,
  Modal,
  ModalBody,
  ModalHeader,
  Tooltip,
} from "@patternfly/react-core";
import { EllipsisVIcon } from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon.js";
import { type ReactNode, type Ref, useState } from "react";
import type { OperationName } from "../api/client.ts";
import { useAnyAct } from "../api/queries.ts";
import { Confirm } from "./confirm.tsx";
import { ContractForm } from "./contract-form.tsx";
import { ShowCode } from "./show-code.tsx";
import { toast } from "./toasts.tsx";

export interface Verb {
  /** As in the `allowed` and `refused` of the object. */
  readonly verb: string;
  readonly label: string;
  readonly operation: OperationName;
  readonly input: AnyInput;
  /** Opens a form for the body's fields, with `input` as what is known already. */
  readonly form?: boolean;
  /** Fields of that form which `input` has decided. */
  readonly hidden?: readonly string[];
  /** Asked about before it is done. */
  readonly danger?: boolean;
  readonly kept?: ReactNode;
  readonly lost?: ReactNode;
  /** A button of its own; the others are in the menu. The first two are, if nothing is said. */
  readonly primary?: boolean;
  readonly onDone?: (answer: unknown) => void;
}

export interface ActionsProps {
  readonly subject: { readonly kind: string; readonly name: string };
  readonly allowed: readonly string[];
  /** Verb → why not. From the API, never from a rule of the page. */
  readonly refused?: Readonly<Record<string, string>>;
  readonly verbs: readonly Verb[];
}

const NOT_NOW = "Not possible as it is now.";

/** What can be done with one object. What can't be done just now is there too, with its reason. */
export function Actions({ subject, allowed, refused = {}, verbs }: ActionsProps) {
  const [isOpen, setOpen] = useState(false);
  const [asked, setAsked] = useState<Verb | null>(null);
  const [isCodeShown, setCodeShown] = useState(false);
  const act = useAnyAct();
  const reasonOf = (verb: Verb) => (allowed.includes(verb.verb) ? null : (refused[verb.verb] ?? NOT_NOW));
  const perform = (verb: Verb) => {
    act.mutate(
      { operation: verb.operation, input: verb.input },
      {
        onSuccess: (answer) => {
          setAsked(null);
          toast({ title: `${verb.label}: ${subject.name}` });
          verb.onDone?.(answer);
        },
        onError: (error) => {
          if (verb.danger !== true)
            toast({ title: `${verb.label}: ${subject.name}`, text: error.message, tone: "danger" });
        },
      },
    );
  };
  const choose = (verb: Verb) => {
    act.reset();
    if (verb.danger === true || verb.form === true) setAsked(verb);
    else perform(verb);
  };
  const buttons = verbs.some((verb) => verb.primary !== undefined)
    ? verbs.filter((verb) => verb.primary === true)
    : verbs.slice(0, 2);

  return (
    <div className="berth-actions">
      {buttons.map((verb) => (
        <VerbButton key={verb.verb} verb={verb} reason={reasonOf(verb)} isBusy={act.isPending} onChoose={choose} />
      ))}
      <Dropdown
        isOpen={isOpen}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        popperProps={{ position: "right" }}
        toggle={(ref: Ref<HTMLButtonElement>) => (
          <MenuToggle
            ref={ref}
            variant="plain"
            icon={<EllipsisVIcon />}
            aria-label={`All actions of ${subject.name}`}
            isExpanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          />
        )}
      >
        <DropdownList>
          {verbs.map((verb) => (
            <VerbItem key={verb.verb} verb={verb} reason={reasonOf(verb)} onChoose={choose} />
          ))}
          <DropdownItem key="code" onClick={() => setCodeShown(true)}>
            Show code
          </DropdownItem>
        </DropdownList>
      </Dropdown>
      {asked !== null && asked.form !== true && (
        <Confirm
          title={`${asked.label} ${subject.name}?`}
          label={asked.label}
          kept={asked.kept}
          lost={asked.lost}
          isDanger={asked.danger === true}
          isBusy={act.isPending}
          error={act.error as ClientError | null}
          code={asked}
          onConfirm={() => perform(asked)}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.form === true && (
        <Modal isOpen variant="medium" onClose={() => setAsked(null)} aria-label={asked.label}>
          <ModalHeader title={`${asked.label}: ${subject.name}`} description={asked.lost} />
          <ModalBody>
            <ContractForm
              operation={asked.operation}
              initial={asked.input}
              hidden={asked.hidden ?? []}
              submitLabel={asked.label}
              onCancel={() => setAsked(null)}
              onDone={(answer) => {
                setAsked(null);
                toast({ title: `${asked.label}: ${subject.name}` });
                asked.onDone?.(answer);
              }}
            />
          </ModalBody>
        </Modal>
      )}
      {isCodeShown && (
        <Modal isOpen variant="medium" onClose={() => setCodeShown(false)} aria-label="The same as code">
          <ModalHeader title={`${subject.name}: the same as code`} />
          <ModalBody>
            {verbs.map((verb) => (
              <section key={verb.verb}>
                <h3>{verb.label}</h3>
                <ShowCode operation={verb.operation} input={verb.input} />
              </section>
            ))}
          </ModalBody>
        </Modal>
      )}
    </div>
  );
}

interface VerbProps {
  readonly verb: Verb;
  readonly reason: string | null;
  readonly isBusy?: boolean;
  readonly onChoose: (verb: Verb) => void;
}

function VerbButton({ verb, reason, isBusy = false, onChoose }: VerbProps) {
  const button = (
    <Button
      variant="secondary"
      isDanger={verb.danger === true}
      isAriaDisabled={reason !== null || isBusy}
      onClick={() => onChoose(verb)}
    >
      {verb.label}
    </Button>
  );
  return reason === null ? button : <Tooltip content={reason}>{button}</Tooltip>;
}

function VerbItem({ verb, reason, onChoose }: VerbProps) {
  return (
    <DropdownItem
      isAriaDisabled={reason !== null}
      isDanger={verb.danger === true}
      description={reason ?? undefined}
      onClick={() => onChoose(verb)}
    >
      {verb.label}
    </DropdownItem>
  );
}
