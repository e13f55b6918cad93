import { Button } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { Meter } from "../../kit/meter.tsx";
import { State } from "../../kit/state.tsx";
import { type Place, serverCount, serverTallies, storageOf } from "./topology-rules.ts";

type Network = OutputOf<"getTopology">["sites"][number]["networks"][number];

/** More names than this help nobody; the list of servers has them all. */
const MOST_NAMES = 24;

/** The servers of all places that are shown, or by name those of the chosen one. */
export function ServerLane({ places, chosen }: { readonly places: readonly Place[]; readonly chosen: Place | null }) {
  const tallies = serverTallies(chosen === null ? places : [chosen]);
  return (
    <section className="estate-lane" aria-label="Servers" data-end="servers">
      <h2>Servers</h2>
      {tallies.length === 0 && <p className="berth-muted">None {chosen === null ? "yet" : `on ${chosen.name}`}</p>}
      <ul className="estate-lane__list">
        {tallies.map(({ state, count }) => (
          <li key={state}>
            <Link to="/servers" search={{ state } as never}>
              {count.toLocaleString("en")}
            </Link>{" "}
            <State value={state} />
          </li>
        ))}
      </ul>
      {chosen?.kind === "host" && serverCount(chosen) > 0 && <ServersOn host={chosen.name} />}
    </section>
  );
}

function ServersOn({ host }: { readonly host: string }) {
  const { data } = useApi("listServers", { query: { on: host, limit: MOST_NAMES } });
  return (
    <ul className="estate-lane__names" aria-label={`Servers on ${host}`}>
      {data?.items.map((server) => (
        <li key={server.id}>
          <ObjectLink kind="server" id={server.name} />
        </li>
      ))}
      {data?.next !== undefined && <li className="berth-muted">and more</li>}
    </ul>
  );
}

export interface NetworkLaneProps {
  readonly networks: readonly Network[];
  /** Of the chosen place; null where none is chosen. */
  readonly linked: Place["networks"] | null;
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

export function NetworkLane({ networks, linked, chosen, onChoose }: NetworkLaneProps) {
  return (
    <section className="estate-lane" aria-label="Networks">
      <h2>Networks</h2>
      {networks.length === 0 && <p className="berth-muted">None yet</p>}
      <ul className="estate-lane__list">
        {networks.map((network) => {
          const link = linked?.find(({ name }) => name === network.name);
          const isFaint = linked !== null && link === undefined;
          return (
            <li
              key={network.name}
              className={isFaint ? "estate-node estate-node--faint" : "estate-node"}
              data-end={`network/${network.name}`}
            >
              <div className="estate-tile__head">
                <ObjectLink kind="network" id={network.name} />
                <Button
                  variant="link"
                  isInline
                  size="sm"
                  aria-pressed={chosen === network.name}
                  onClick={() => onChoose(network.name)}
                >
                  {chosen === network.name ? "Show all" : "Who uses it"}
                </Button>
              </div>
              <span className="berth-muted">
                {network.cidr}
                {network.vlan !== null && ` · VLAN ${network.vlan}`}
                {network.pxe && " · boots machines"}
                {link !== undefined && ` · ${link.servers} here`}
              </span>
              <Meter label="Addresses" used={network.addresses.held} total={network.addresses.automatic} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function StorageLane({ places, chosen }: { readonly places: readonly Place[]; readonly chosen: Place | null }) {
  const stores = storageOf(places);
  return (
    <section className="estate-lane" aria-label="Storage">
      <h2>Storage</h2>
      {stores.length === 0 && <p className="berth-muted">None yet: hosts bring it</p>}
      <ul className="estate-lane__list">
        {stores.map(({ pool, hosts, totalGiB, promisedGiB }) => (
          <li
            key={pool}
            className={
              chosen !== null && chosen.storage?.pool !== pool ? "estate-node estate-node--faint" : "estate-node"
            }
            data-end={`storage/${pool}`}
          >
            <div className="estate-tile__head">
              <Link to="/estate/volumes">{pool}</Link>
              <span className="berth-muted">on {hosts === 1 ? "1 host" : `${hosts} hosts`}</span>
            </div>
            <Meter label="Promised" used={promisedGiB} total={totalGiB} unit="GiB" />
          </li>
        ))}
      </ul>
    </section>
  );
}
