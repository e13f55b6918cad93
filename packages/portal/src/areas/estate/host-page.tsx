import { Alert } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Actions, type Verb } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { LinkButton, ObjectLink, useParam } from "../../kit/link.tsx";
import { Meter } from "../../kit/meter.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { ESTATE } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { OperationsPanel } from "./operations-panel.tsx";
import { ServersPanel } from "./servers-panel.tsx";
import { shownSettings } from "./settings-rules.ts";
import "./estate.css";

type Host = OutputOf<"getHost">;

const CRUMBS = [ESTATE, { title: "Hosts", to: "/estate/hosts" }];
const MIB_PER_GIB = 1024;

export function HostPage() {
  const id = useParam("id");
  const host = useApi("getHost", { params: { id } });
  return (
    <Loaded query={host}>
      {(data) => (
        <Page
          title={data.name}
          crumbs={CRUMBS}
          badge={<State value={data.state} since={data.observedAt} />}
          actions={<HostActions host={data} />}
        >
          <div className="berth-stack">
            {data.stateReason !== null && (
              <Alert isInline variant="danger" title={data.stateReason} component="p">
                Last seen <When at={data.observedAt} />; what runs on it is unknown since.
              </Alert>
            )}
            {data.maintenance && (
              <Alert isInline variant="warning" title="In maintenance: no new server is put here" component="p">
                {data.maintenanceReason ?? "No reason was given."}
              </Alert>
            )}
            <div className="estate-panels">
              <CapacityPanel host={data} />
              <HypervisorPanel host={data} />
            </div>
            <ServersPanel on={data.name} title="Servers on it" />
            <OperationsPanel kind="host" id={data.id} />
          </div>
        </Page>
      )}
    </Loaded>
  );
}

function HostActions({ host }: { readonly host: Host }) {
  const navigate = useNavigate();
  return (
    <>
      <ForOperators>
        <LinkButton to={`/estate/edit/host/${encodeURIComponent(host.id)}`} variant="secondary">
          Edit
        </LinkButton>
      </ForOperators>
      <Actions
        subject={{ kind: "host", name: host.name }}
        allowed={host.allowed}
        refused={host.refused}
        verbs={verbsOf(host, () => void navigate({ to: "/estate/hosts" }))}
      />
    </>
  );
}

function verbsOf({ id, name, maintenance }: Host, onGone: () => void): Verb[] {
  const params = { id };
  return [
    { verb: "refresh", label: "Ask again", operation: "refreshHost", input: { params, body: {} }, primary: true },
    maintenance
      ? {
          verb: "maintenance-off",
          label: "End maintenance",
          operation: "maintainHost",
          input: { params, body: { state: "off" } },
          primary: true,
        }
      : {
          verb: "maintenance-on",
          label: "Begin maintenance",
          operation: "maintainHost",
          input: { params, body: { state: "on" } },
          form: true,
          hidden: ["state"],
          primary: true,
        },
    {
      verb: "delete",
      label: "Delete",
      operation: "deleteHost",
      input: { params },
      danger: true,
      kept: "The host itself, with all that runs on it: Berth changes nothing there.",
      lost: `The record of ${name}, and its credentials.`,
      onDone: onGone,
    },
  ];
}

function CapacityPanel({ host }: { readonly host: Host }) {
  const { promised, cores, memoryMiB, storageGiB } = host;
  return (
    <Panel title="Promised now">
      <div className="estate-meters">
        <Meter label="Cores" used={promised.cores} total={cores ?? 0} />
        <Meter
          label="Memory"
          used={promised.memoryMiB / MIB_PER_GIB}
          total={(memoryMiB ?? 0) / MIB_PER_GIB}
          unit="GiB"
        />
        <Meter label={`Storage in ${host.storagePool}`} used={promised.storageGiB} total={storageGiB ?? 0} unit="GiB" />
      </div>
    </Panel>
  );
}

function HypervisorPanel({ host }: { readonly host: Host }) {
  const bridges = Object.entries(host.bridges);
  return (
    <Panel title="Hypervisor">
      <Facts
        columns={1}
        items={[
          ["Hypervisor", host.hypervisor === null ? null : `${host.hypervisor} ${host.hypervisorVersion ?? ""}`],
          ["Technique", host.technique],
          ["Seen", <When key="seen" at={host.observedAt} />],
          ["Site", <ObjectLink key="site" kind="site" id={host.site} />],
          ["Provider", host.provider],
          ...shownSettings(host.settings),
          ["Credentials", host.hasCredentials ? "kept sealed, never shown" : "none are needed"],
          [
            "Networks",
            bridges.length === 0 ? null : (
              <ul key="networks" className="estate-plain-list">
                {bridges.map(([network, bridge]) => (
                  <li key={network}>
                    <ObjectLink kind="network" id={network} /> through {bridge}
                  </li>
                ))}
              </ul>
            ),
          ],
        ]}
      />
    </Panel>
  );
}
