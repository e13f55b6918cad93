import { PowerOffIcon } from "@patternfly/react-icons/dist/esm/icons/power-off-icon.js";
import { Link } from "@tanstack/react-router";
import type { KeyboardEvent } from "react";
import type { OutputOf } from "../../api/queries.ts";
import { hrefOf } from "../../kit/paths.ts";
import { bayAt, bayWords, chassisOf, fillBays, lookOf } from "./bay-rules.ts";
import { LookLabel } from "./look-label.tsx";
import "./chassis.css";

export type EnclosureMachine = OutputOf<"getEnclosure">["machines"][number];

export interface ChassisProps {
  readonly name: string;
  readonly bays: number;
  readonly machines: readonly EnclosureMachine[];
  /** Small, for a place beside something else. */
  readonly isSmall?: boolean;
}

/** An enclosure as it stands in the rack: its bays, and what is in each. Arrow keys go from bay to bay. */
export function Chassis({ name, bays, machines, isSmall = false }: ChassisProps) {
  const { columns } = chassisOf(bays);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const at = (event.target as HTMLElement).closest<HTMLElement>("[data-bay]")?.dataset.bay;
    const next = at === undefined ? null : bayAt(Number(at), event.key, { columns, bays });
    if (next === null) return;
    event.preventDefault();
    event.currentTarget.querySelector<HTMLElement>(`[data-bay="${next}"]`)?.focus();
  };
  return (
    <div className={isSmall ? "estate-chassis estate-chassis--small" : "estate-chassis"}>
      <div className="estate-chassis__rail" aria-hidden="true">
        {name}
      </div>
      <ol
        className="estate-chassis__bays"
        aria-label={`Bays of ${name}`}
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        onKeyDown={onKeyDown}
      >
        {fillBays(bays, machines).map(({ bay, machine }) => (
          <li key={bay}>
            {machine === null ? <EmptyBay enclosure={name} bay={bay} /> : <FilledBay machine={machine} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

function FilledBay({ machine }: { readonly machine: EnclosureMachine }) {
  const look = lookOf(machine);
  const words = bayWords(machine.bay, machine);
  return (
    <Link
      to={hrefOf("machine", machine.name)}
      className={`estate-bay estate-bay--${look.tone}`}
      data-bay={machine.bay}
      title={words}
    >
      <span className="estate-bay__head">
        <span className="estate-bay__number">
          <BayWord />
          {machine.bay}
        </span>
        <PowerSign observed={machine.power.observed} />
      </span>
      <span className="estate-bay__name">{machine.name}</span>
      <LookLabel look={look} />
      {machine.server !== null && (
        <span className="estate-bay__server">
          <span className="pf-v6-screen-reader">carries </span>
          {machine.server}
        </span>
      )}
    </Link>
  );
}

function EmptyBay({ enclosure, bay }: { readonly enclosure: string; readonly bay: number }) {
  return (
    <Link
      to="/estate/add-machine"
      search={{ enclosure, bay } as never}
      className="estate-bay estate-bay--empty"
      data-bay={bay}
      title={`Bay ${bay} is empty: add a machine`}
    >
      <span className="estate-bay__head">
        <span className="estate-bay__number">
          <BayWord />
          {bay}
        </span>
      </span>
      <span className="berth-muted">
        empty<span className="pf-v6-screen-reader">: add a machine</span>
      </span>
    </Link>
  );
}

/** For those who hear a number and don't see where it stands. */
function BayWord() {
  return <span className="pf-v6-screen-reader">Bay </span>;
}

/** On, off or unknown, by shape and colour; in words for those who can't see it. */
function PowerSign({ observed }: { readonly observed: "on" | "off" | "unknown" }) {
  return (
    <span className={`estate-power estate-power--${observed}`}>
      {observed === "unknown" ? "?" : <PowerOffIcon />}
      <span className="estate-power__word">{observed}</span>
    </span>
  );
}
