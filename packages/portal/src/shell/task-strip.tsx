import { Button } from "@patternfly/react-core";
import { AngleDownIcon } from "@patternfly/react-icons/dist/esm/icons/angle-down-icon.js";
import { AngleUpIcon } from "@patternfly/react-icons/dist/esm/icons/angle-up-icon.js";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type ItemOf, useApi } from "../api/queries.ts";
import { State } from "../kit/state.tsx";
import { Took, When } from "../kit/when.tsx";

type Operation = ItemOf<"listOperations">;

const SHOWN = 8;
/** Read again by itself too, should an event be missed. */
const AGAIN_MS = 15_000;
const OPEN_KEY = "berth-tasks-open";

/** At the bottom of every page: what runs, what waits for a person, and what has just ended. */
export function TaskStrip() {
  const [isOpen, setOpen] = useState(() => localStorage.getItem(OPEN_KEY) === "yes");
  const running = useApi("listOperations", { query: { busy: true, limit: SHOWN } }, { everyMs: AGAIN_MS });
  const ended = useApi("listOperations", { query: { ended: true, limit: SHOWN } });
  const now = running.data?.items ?? [];
  const before = ended.data?.items ?? [];
  const toggle = () => {
    localStorage.setItem(OPEN_KEY, isOpen ? "no" : "yes");
    setOpen(!isOpen);
  };
  return (
    <section className="berth-tasks-strip" aria-label="Tasks">
      <div className="berth-tasks-strip__line">
        <Button
          variant="plain"
          size="sm"
          icon={isOpen ? <AngleDownIcon /> : <AngleUpIcon />}
          aria-expanded={isOpen}
          aria-label={isOpen ? "Hide the tasks" : "Show the tasks"}
          onClick={toggle}
        />
        <span role="status">{sentence(now)}</span>
        {!isOpen && now.slice(0, 2).map((operation) => <Running key={operation.id} operation={operation} />)}
      </div>
      {isOpen && (
        <ul className="berth-tasks-strip__list">
          {[...now, ...before].slice(0, SHOWN).map((operation) => (
            <li key={operation.id}>
              <Running operation={operation} />
              <span className="berth-muted">
                {operation.endedAt === null ? (
                  <Took from={operation.startedAt ?? operation.createdAt} to={null} />
                ) : (
                  <When at={operation.endedAt} />
                )}
              </span>
              {operation.error !== null && <span className="berth-bad berth-clip">{operation.error}</span>}
            </li>
          ))}
          {now.length + before.length === 0 && <li className="berth-muted">Nothing has been done yet.</li>}
        </ul>
      )}
    </section>
  );
}

function Running({ operation }: { readonly operation: Operation }) {
  return (
    <span className="berth-tasks-strip__task">
      <State value={operation.state} />
      <Link to={`/operations/${operation.id}`}>{operation.title}</Link>
    </span>
  );
}

function sentence(running: readonly Operation[]): string {
  const waiting = running.filter(({ doors }) => doors.length > 0).length;
  if (running.length === 0) return "Nothing is running.";
  const many = (count: number) => (running.length === SHOWN ? `${count} or more` : String(count));
  const parts = [
    ...(running.length === waiting ? [] : [`${many(running.length - waiting)} running`]),
    ...(waiting === 0 ? [] : [`${many(waiting)} stopped: somebody must see to it`]),
  ];
  return parts.join(", ");
}
