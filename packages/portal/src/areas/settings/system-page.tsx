import { Alert } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Facts } from "../../kit/facts.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { durationText } from "../../kit/time-rules.ts";
import { useNow, When } from "../../kit/when.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";
import { passWords, troublesOf } from "./system-rules.ts";

type Controller = OutputOf<"getSystem">["controllers"][number];
type Report = OutputOf<"listReconcilers">["items"][number];

/** Nothing tells of a controller that has died: it is looked for. */
const EVERY_MS = 10_000;

/** How Berth itself is: its controllers, and what each reconciler's last pass found. */
export function SystemPage() {
  const system = useApi("getSystem", {}, { everyMs: EVERY_MS });
  const reconcilers = useApi("listReconcilers", {}, { everyMs: EVERY_MS });
  return (
    <Page title="Settings">
      <SettingsTabs />
      <Loaded query={system}>
        {({ version, controllers }) => (
          <div className="berth-stack">
            <Health controllers={controllers} reports={reconcilers.data?.items ?? []} />
            <Panel title="Berth">
              <Facts
                items={[
                  ["Version", version],
                  ["Controllers alive", controllers.filter(({ alive }) => alive).length],
                ]}
              />
            </Panel>
            <Panel title="Controllers">
              <Controllers controllers={controllers} />
            </Panel>
            <Panel title="Reconcilers">
              <Loaded query={reconcilers}>{({ items }) => <Reconcilers reports={items} />}</Loaded>
            </Panel>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Health({
  controllers,
  reports,
}: {
  readonly controllers: readonly Controller[];
  readonly reports: readonly Report[];
}) {
  const troubles = troublesOf(controllers, reports, useNow(EVERY_MS));
  if (troubles.length === 0) {
    return (
      <Alert
        isInline
        variant="success"
        title="All is well: every controller answers, and every pass went through."
        component="h2"
      />
    );
  }
  return (
    <Alert isInline variant="warning" title="Something wants to be looked at" component="h2">
      <ul>
        {troubles.map((trouble) => (
          <li key={trouble}>{trouble}</li>
        ))}
      </ul>
    </Alert>
  );
}

function Controllers({ controllers }: { readonly controllers: readonly Controller[] }) {
  return (
    <Table aria-label="Controllers" variant="compact">
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>State</Th>
          <Th>Computer</Th>
          <Th>Started</Th>
          <Th>Last heard of</Th>
        </Tr>
      </Thead>
      <Tbody>
        {controllers.map(({ id, name, alive, host, pid, startedAt, heartbeatAt }) => (
          <Tr key={id}>
            <Td dataLabel="Name">{name}</Td>
            <Td dataLabel="State">
              <State value={alive ? "alive" : "dead"} tone={alive ? "good" : "bad"} />
            </Td>
            <Td dataLabel="Computer">
              {host}, process {pid}
            </Td>
            <Td dataLabel="Started">
              <When at={startedAt} />
            </Td>
            <Td dataLabel="Last heard of">
              <When at={heartbeatAt} />
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function Reconcilers({ reports }: { readonly reports: readonly Report[] }) {
  if (reports.length === 0) return <p className="berth-muted">None has made a pass yet.</p>;
  return (
    <Table aria-label="Reconcilers" variant="compact">
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>State</Th>
          <Th>Last pass</Th>
          <Th>Took</Th>
          <Th width={40}>Found</Th>
        </Tr>
      </Thead>
      <Tbody>
        {reports.map((report) => {
          const isFine = report.error === null && report.failed === 0;
          return (
            <Tr key={report.name}>
              <Td dataLabel="Name">{report.name}</Td>
              <Td dataLabel="State">
                <State
                  value={isFine ? "done" : report.error === null ? "partly" : "failed"}
                  tone={isFine ? "good" : report.error === null ? "waiting" : "bad"}
                />
              </Td>
              <Td dataLabel="Last pass">
                <When at={report.endedAt} />
              </Td>
              <Td dataLabel="Took">{durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt))}</Td>
              <Td dataLabel="Found">{passWords(report)}</Td>
            </Tr>
          );
        })}
      </Tbody>
    </Table>
  );
}
