import { Alert } from "@patternfly/react-core";
import type { OutputOf } from "../../api/queries.ts";
import { useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { LinkButton, ObjectLink, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { Loaded } from "../../kit/problem.tsx";
import { bytesText, memoryText } from "../../kit/size-rules.ts";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { BootPanel } from "./boot-panel.tsx";
import { ESTATE } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { machineVerbs } from "./machine-verbs.ts";
import { Health } from "./machines-page.tsx";
import { OperationsPanel } from "./operations-panel.tsx";
import { Power } from "./power.tsx";
import { shownSettings } from "./settings-rules.ts";
import "./estate.css";

type Machine = OutputOf<"getMachine">;

const CRUMBS = [ESTATE, { title: "Machines", to: "/estate/machines" }];

export function MachinePage() {
  const id = useParam("id");
  const machine = useApi("getMachine", { params: { id } });
  return (
    <Loaded query={machine}>
      {(data) => (
        <Page
          title={data.name}
          crumbs={CRUMBS}
          badge={<State value={data.state} />}
          actions={<MachineActions machine={data} />}
        >
          <div className="berth-stack">
            <Notices machine={data} />
            <div className="estate-panels">
              <StandingPanel machine={data} />
              <HardwarePanel machine={data} />
              <ControllerPanel machine={data} />
              <BootPanel machine={data} />
            </div>
            <OperationsPanel kind="machine" id={data.id} />
          </div>
        </Page>
      )}
    </Loaded>
  );
}

function Notices({ machine }: { readonly machine: Machine }) {
  const { stateReason, maintenance, maintenanceReason } = machine;
  return (
    <>
      {stateReason !== null && (
        <Alert isInline variant={machine.state === "failed" ? "danger" : "info"} title={stateReason} component="p" />
      )}
      {maintenance && (
        <Alert isInline variant="warning" title="In maintenance: no server is put here" component="p">
          {maintenanceReason ?? "No reason was given."}
        </Alert>
      )}
    </>
  );
}

function MachineActions({ machine }: { readonly machine: Machine }) {
  return (
    <>
      {machine.provider !== null && (
        <LinkButton to={hrefOf("machine-console", machine.id)} variant="secondary">
          Console
        </LinkButton>
      )}
      <ForOperators>
        <LinkButton to={`/estate/edit/machine/${encodeURIComponent(machine.id)}`} variant="secondary">
          Edit
        </LinkButton>
      </ForOperators>
      <Actions
        subject={{ kind: "machine", name: machine.name }}
        allowed={machine.allowed}
        refused={machine.refused}
        verbs={machineVerbs(machine)}
      />
    </>
  );
}

function StandingPanel({ machine }: { readonly machine: Machine }) {
  const { enclosure, bay, server } = machine;
  return (
    <Panel title="State">
      <Facts
        columns={1}
        items={[
          ["State", <State key="state" value={machine.state} />],
          ["Power", <Power key="power" power={machine.power} />],
          ["Power wanted", machine.power.wanted ?? "nothing: it serves nobody"],
          ["Health", <Health key="health" value={machine.health} />],
          ["Carries", server === null ? null : <ObjectLink key="server" kind="server" id={server} />],
          [
            "Stands in",
            enclosure === null ? null : (
              <ObjectLink key="at" kind="enclosure" id={enclosure}>{`${enclosure}, bay ${bay}`}</ObjectLink>
            ),
          ],
          ["Site", <ObjectLink key="site" kind="site" id={machine.site} />],
          ["Inspected", <When key="inspected" at={machine.inspectedAt} />],
        ]}
      />
    </Panel>
  );
}

function HardwarePanel({ machine }: { readonly machine: Machine }) {
  const { manufacturer, model } = machine;
  return (
    <Panel title="Hardware">
      <Facts
        columns={1}
        items={[
          ["Model", [manufacturer, model].filter((part) => part !== null).join(" ") || null],
          ["Serial number", machine.serial],
          ["UUID", machine.uuid],
          ["Asset tag", machine.assetTag],
          ["Firmware", machine.firmware === null ? null : machine.firmware.toUpperCase()],
          ["Cores", machine.cores],
          ["Memory", machine.memoryMiB === null ? null : memoryText(machine.memoryMiB)],
          ["Network cards", list(machine.nics.map((nic) => `${nic.id}: ${nic.mac}`))],
          ["Disks", list(machine.disks.map((disk) => `${disk.id}: ${bytesText(disk.sizeBytes)}`))],
        ]}
      />
    </Panel>
  );
}

function ControllerPanel({ machine }: { readonly machine: Machine }) {
  return (
    <Panel title="Management controller">
      {machine.provider === null ? (
        <p>Berth knows none of it: the machine booted from one of its networks, and nobody has enrolled it yet.</p>
      ) : (
        <Facts
          columns={1}
          items={[
            ["Provider", machine.provider],
            ["Its id there", machine.systemId],
            ...shownSettings(machine.settings),
            ["Credentials", machine.hasCredentials ? "kept sealed, never shown" : "none"],
          ]}
        />
      )}
    </Panel>
  );
}

function list(texts: readonly string[]) {
  if (texts.length === 0) return null;
  return (
    <ul className="estate-plain-list">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
