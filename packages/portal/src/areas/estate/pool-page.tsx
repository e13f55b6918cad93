import { useNavigate } from "@tanstack/react-router";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { LinkButton, ObjectLink, useParam } from "../../kit/link.tsx";
import { Meter } from "../../kit/meter.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import type { ObjectKind } from "../../kit/paths.ts";
import { Loaded } from "../../kit/problem.tsx";
import { ESTATE } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { PoolCalendar } from "./pool-calendar.tsx";
import { ReservationTable } from "./reservation-table.tsx";
import "./estate.css";

type Pool = OutputOf<"getPool">;

const CRUMBS = [ESTATE, { title: "Pools", to: "/estate/pools" }];
const MIB_PER_GIB = 1024;

export function PoolPage() {
  const id = useParam("id");
  const pool = useApi("getPool", { params: { id } });
  return <Loaded query={pool}>{(data) => <PoolView pool={data} />}</Loaded>;
}

function PoolView({ pool }: { readonly pool: Pool }) {
  const navigate = useNavigate();
  const { id, name } = pool;
  return (
    <Page
      title={name}
      crumbs={CRUMBS}
      subtitle={pool.notes ?? undefined}
      actions={
        <ForOperators>
          <LinkButton to={`/estate/edit/pool/${encodeURIComponent(id)}`} variant="secondary">
            Edit
          </LinkButton>
          <Actions
            subject={{ kind: "pool", name }}
            allowed={["delete"]}
            verbs={[
              {
                verb: "delete",
                label: "Delete",
                operation: "deletePool",
                input: { params: { id } },
                danger: true,
                primary: false,
                kept: "Its machines and hosts. While something of it is promised, this is refused.",
                lost: `Who may use ${name}, and how.`,
                onDone: () => void navigate({ to: "/estate/pools" }),
              },
            ]}
          />
        </ForOperators>
      }
    >
      <div className="berth-stack">
        <div className="estate-panels">
          <UsePanel pool={pool} />
          <Panel title="Who may use it, and how">
            <Facts
              columns={1}
              items={[
                ["Users", pool.users.join(", ") || null],
                ["Roles", pool.roles.join(", ") || null],
                ["In words", whoWords(pool)],
                ["Goal", pool.goal === "best-fit" ? "fill one host after the other" : "keep apart over hosts"],
                ["Order", pool.order],
                [
                  "Networks",
                  pool.networks.length === 0 ? "all" : <Names key="networks" kind="network" names={pool.networks} />,
                ],
              ]}
            />
          </Panel>
          <Panel title={`Machines (${pool.machines.length})`}>
            <Names kind="machine" names={pool.machines} />
          </Panel>
          <Panel title={`Hosts (${pool.hosts.length})`}>
            <Names kind="host" names={pool.hosts} />
          </Panel>
        </div>
        <PoolCalendar pool={name} />
        <Panel title="Who holds what">
          <ReservationTable reservations={pool.use} />
        </Panel>
      </div>
    </Page>
  );
}

function UsePanel({ pool: { promised, total } }: { readonly pool: Pool }) {
  return (
    <Panel title="Promised now">
      <div className="estate-meters">
        <Meter label="Machines" used={promised.machines} total={total.machines} />
        <Meter label="Cores of hosts" used={promised.cores} total={total.cores} />
        <Meter
          label="Memory of hosts"
          used={promised.memoryMiB / MIB_PER_GIB}
          total={total.memoryMiB / MIB_PER_GIB}
          unit="GiB"
        />
        <Meter label="Storage of hosts" used={promised.storageGiB} total={total.storageGiB} unit="GiB" />
      </div>
    </Panel>
  );
}

/** More names than this are a wall; the lists have them all. */
const MOST_NAMES = 60;

function Names({ kind, names }: { readonly kind: ObjectKind; readonly names: readonly string[] }) {
  if (names.length === 0) return <span className="berth-muted">None</span>;
  return (
    <ul className="estate-names">
      {names.slice(0, MOST_NAMES).map((name) => (
        <li key={name}>
          <ObjectLink kind={kind} id={name} />
        </li>
      ))}
      {names.length > MOST_NAMES && <li className="berth-muted">and {names.length - MOST_NAMES} more</li>}
    </ul>
  );
}

function whoWords({ users, roles }: Pool): string {
  return users.length === 0 && roles.length === 0
    ? "everybody may use it"
    : "those named, and who has a role on the pool";
}
