import type { ClientError } from "@berth/api/client-error.ts";
import { Button, Modal, ModalBody, ModalFooter, ModalHeader, Progress } from "@patternfly/react-core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callOf } from "../api/queries.ts";
import { readAgain } from "../api/read-again.ts";
import { type BulkPreview, previewBulk } from "./list-rules.ts";
import type { BulkAction } from "./list-types.ts";

export interface ListBulkProps<T> {
  readonly selected: readonly T[];
  readonly actions: readonly BulkAction<T>[];
  readonly nameOf: (item: T) => string;
  readonly onClear: () => void;
}

/** At the right of a list: what can be done with what is selected. */
export function ListBulk<T>({ selected, actions, nameOf, onClear }: ListBulkProps<T>) {
  const [asked, setAsked] = useState<BulkAction<T> | null>(null);
  return (
    <aside className="berth-tasks" aria-label="Tasks for the selection">
      <h2>{selected.length} selected</h2>
      {actions.map((action) => {
        const { will } = previewBulk(selected, action.verb, action.reason);
        return (
          <Button
            key={action.verb}
            isBlock
            variant={action.danger === true ? "danger" : "secondary"}
            onClick={() => setAsked(action)}
          >
            {action.label} ({will.length})
          </Button>
        );
      })}
      <Button variant="link" isBlock onClick={onClear}>
        Clear the selection
      </Button>
      {asked !== null && (
        <BulkDialog
          action={asked}
          preview={previewBulk(selected, asked.verb, asked.reason)}
          nameOf={nameOf}
          onClose={() => setAsked(null)}
        />
      )}
    </aside>
  );
}

interface BulkDialogProps<T> {
  readonly action: BulkAction<T>;
  readonly preview: BulkPreview<T>;
  readonly nameOf: (item: T) => string;
  readonly onClose: () => void;
}

interface Outcome {
  readonly done: number;
  readonly failed: readonly { readonly name: string; readonly why: string }[];
}

/** How many calls are under way at once. */
const AT_ONCE = 4;

/** "37 will, 3 cannot: why", and then the progress of those that will. */
function BulkDialog<T>({ action, preview, nameOf, onClose }: BulkDialogProps<T>) {
  const client = useQueryClient();
  // What was promised stays, though the list behind it goes on changing.
  const [{ will, cannot }] = useState(preview);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const isEnded = outcome !== null && outcome.done + outcome.failed.length === will.length;
  const refused = cannot.reduce((sum, { items }) => sum + items.length, 0);

  const run = async () => {
    setOutcome({ done: 0, failed: [] });
    const waiting = [...will];
    const worker = async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        const name = nameOf(item);
        try {
          await callOf(action.operation)(action.input(item));
          setOutcome((before) => ({ failed: before?.failed ?? [], done: (before?.done ?? 0) + 1 }));
        } catch (error) {
          const why = (error as ClientError).message;
          setOutcome((before) => ({ done: before?.done ?? 0, failed: [...(before?.failed ?? []), { name, why }] }));
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    readAgain(client);
  };

  return (
    <Modal isOpen variant="small" onClose={onClose} aria-label={action.label}>
      <ModalHeader title={`${action.label}: ${will.length} will, ${refused} cannot`} />
      <ModalBody>
        <div className="berth-stack">
          {will.length > 0 && <p>{names(will, nameOf)}</p>}
          {action.lost !== undefined && <p className="berth-bad">Lost for good: {action.lost}</p>}
          {action.kept !== undefined && <p>Kept: {action.kept}</p>}
          {cannot.length > 0 && (
            <ul className="berth-reasons">
              {cannot.map(({ reason, items }) => (
                <li key={reason}>
                  <strong>{items.length}</strong> cannot: {reason}{" "}
                  <span className="berth-muted">{names(items, nameOf)}</span>
                </li>
              ))}
            </ul>
          )}
          {outcome !== null && (
            <Progress
              value={outcome.done + outcome.failed.length}
              max={Math.max(1, will.length)}
              title={isEnded ? "Asked" : "Asking"}
              label={`${outcome.done + outcome.failed.length} of ${will.length}`}
              {...(outcome.failed.length > 0 ? { variant: "danger" as const } : {})}
            />
          )}
          {outcome !== null && outcome.failed.length > 0 && (
            <ul className="berth-reasons">
              {outcome.failed.map(({ name, why }) => (
                <li key={name}>
                  {name}: {why}
                </li>
              ))}
            </ul>
          )}
        </div>
      </ModalBody>
      <ModalFooter>
        {outcome === null ? (
          <>
            <Button
              variant={action.danger === true ? "danger" : "primary"}
              isDisabled={will.length === 0}
              onClick={() => void run()}
            >
              {action.label} {will.length}
            </Button>
            <Button variant="link" onClick={onClose}>
              Leave it as it is
            </Button>
          </>
        ) : (
          <Button onClick={onClose} isDisabled={!isEnded}>
            Close
          </Button>
        )}
      </ModalFooter>
    </Modal>
  );
}

const MAX_NAMES = 8;

function names<T>(items: readonly T[], nameOf: (item: T) => string): string {
  const shown = items.slice(0, MAX_NAMES).map(nameOf).join(", ");
  return items.length > MAX_NAMES ? `${shown} and ${items.length - MAX_NAMES} more` : shown;
}
