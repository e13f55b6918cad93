import { Button, Card, CardBody, CardTitle, Tooltip } from "@patternfly/react-core";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Facts } from "../../kit/facts.tsx";
import { LinkButton, ObjectLink, useParam } from "../../kit/link.tsx";
import { OperationHistory } from "../../kit/operation-history.tsx";
import { Page } from "../../kit/page.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { Loaded } from "../../kit/problem.tsx";
import { CodeText } from "../../kit/show-code.tsx";
import { memoryText } from "../../kit/size-rules.ts";
import { State } from "../../kit/state.tsx";
import { useNow } from "../../kit/when.tsx";
import { Decisions, Why } from "../../kit/why.tsx";
import { ServerActions } from "./server-actions.tsx";
import { differs, powerWords, sshHint } from "./server-rules.ts";
import { DiskTable, NicTable } from "./server-tables.tsx";
import "./servers.css";

type Server = OutputOf<"getServer">;
const CRUMBS = [{ title: "Servers", to: "/servers" }];

/** One server, wherever it has landed. */
export function ServerPage() {
  const id = useParam("id");
  const server = useApi("getServer", { params: { id } });
  const found = server.data;
  return (
    <Page
      title={found?.name ?? id}
      crumbs={CRUMBS}
      badge={found === undefined ? undefined : <State value={found.state} />}
      subtitle={
        found === undefined ? undefined : (
          <>
            {found.kind} server of the service <ObjectLink kind="service" id={found.service} />
          </>
        )
      }
      actions={
        found === undefined ? undefined : (
          <>
            <Why kind="server" id={found.id} />
            <ConsoleButton server={found} />
            <ServerActions server={found} />
          </>
        )
      }
    >
      <Loaded query={server}>{(one) => <ServerBody server={one} />}</Loaded>
    </Page>
  );
}

function ConsoleButton({ server }: { readonly server: Server }) {
  const reason = server.allowed.includes("console") ? null : (server.refused.console ?? "There is none just now.");
  if (reason === null)
    return (
      <LinkButton to={hrefOf("server-console", server.id)} variant="secondary">
        Console
      </LinkButton>
    );
  return (
    <Tooltip content={reason}>
      <Button variant="secondary" isAriaDisabled>
        Console
      </Button>
    </Tooltip>
  );
}

function ServerBody({ server }: { readonly server: Server }) {
  return (
    <div className="berth-server">
      <div className="berth-stack">
        <StateCard server={server} />
        <Card>
          <CardTitle component="h2">Why it is where it is</CardTitle>
          <CardBody>
            <Decisions kind="server" id={server.id} />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Network interfaces</CardTitle>
          <NicTable nics={server.nics} />
        </Card>
        <Card>
          <CardTitle component="h2">Disks</CardTitle>
          <DiskTable disks={server.disks} />
        </Card>
        <Card>
          <CardTitle component="h2">What was done with it</CardTitle>
          <CardBody>
            <OperationHistory subjectId={server.id} none="Nothing of its own yet: it was made with its service." />
          </CardBody>
        </Card>
      </div>
      <div className="berth-stack">
        <ReachCard server={server} />
        <Card>
          <CardTitle component="h2">Identity</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              items={[
                ["Host name", server.hostname],
                ["UUID", server.uuid],
                ["Serial", server.serial],
                ["Image", server.image],
                ["Cores", server.cores],
                ["Memory", memoryText(server.memoryMiB)],
                ["Group", server.group],
                ["Project", server.project],
              ]}
            />
          </CardBody>
        </Card>
      </div>
    </div>
  );
}

function StateCard({ server }: { readonly server: Server }) {
  const now = useNow(10_000);
  const { power } = server;
  return (
    <Card>
      <CardTitle component="h2">State</CardTitle>
      <CardBody>
        <Facts
          items={[
            ["State", <State key="state" value={server.state} />],
            ["Landed on", <Place key="on" server={server} />],
            ["Power wanted", <State key="wanted" value={power.wanted} />],
            [
              "Power seen",
              <State key="seen" value={power.observed} {...(differs(power) ? { tone: "bad" as const } : {})} />,
            ],
            ["In words", powerWords(power, new Date(now))],
            ["Address", server.address],
          ]}
        />
      </CardBody>
    </Card>
  );
}

/** Where it has landed; the page of that is for those who may see the estate, and says so to others. */
function Place({ server }: { readonly server: Server }) {
  if (server.on === null) return <span className="berth-muted">nowhere yet</span>;
  return <ObjectLink kind={server.kind === "physical" ? "machine" : "host"} id={server.on} />;
}

function ReachCard({ server }: { readonly server: Server }) {
  const command = sshHint(server);
  return (
    <Card>
      <CardTitle component="h2">Get in</CardTitle>
      <CardBody className="berth-stack">
        {command === null ? (
          <p className="berth-muted">It can be reached once it is active and has an address.</p>
        ) : (
          <>
            <p>A shell, by the command line of Berth:</p>
            <CodeText text={command} label="the command" />
          </>
        )}
        {server.sshHostKey !== null && (
          <>
            <p>Its SSH host key, as in known_hosts:</p>
            <CodeText text={server.sshHostKey} label="the host key" />
          </>
        )}
      </CardBody>
    </Card>
  );
}
