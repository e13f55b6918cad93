import { Alert, Card, CardBody, CardTitle } from "@patternfly/react-core";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Facts } from "../../kit/facts.tsx";
import { endOfLease } from "../../kit/lease-words.ts";
import { ObjectLink, useParam } from "../../kit/link.tsx";
import { OperationHistory } from "../../kit/operation-history.tsx";
import { Page } from "../../kit/page.tsx";
import { PriceTable } from "../../kit/price-table.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { Why } from "../../kit/why.tsx";
import { HookRuns } from "./hook-runs.tsx";
import { ServiceActions } from "./service-actions.tsx";
import { ServiceServers } from "./service-servers.tsx";
import { StoppedNote } from "./stopped-note.tsx";
import { Topology } from "./topology.tsx";
import "./services.css";

type Service = OutputOf<"getService">;
const CRUMBS = [{ title: "Services", to: "/services" }];

/** One service: how it is built, how it does, what it costs, and what can be done with it. */
export function ServicePage() {
  const id = useParam("id");
  const service = useApi("getService", { params: { id } });
  const found = service.data;
  return (
    <Page
      title={found?.name ?? id}
      crumbs={CRUMBS}
      badge={found === undefined ? undefined : <State value={found.state} />}
      subtitle={found === undefined ? undefined : `Of ${found.owner}, made from ${found.template}`}
      actions={
        found === undefined ? undefined : (
          <>
            <Why kind="service" id={found.id} />
            <ServiceActions service={found} />
          </>
        )
      }
    >
      <Loaded query={service}>{(one) => <ServiceBody service={one} />}</Loaded>
    </Page>
  );
}

function ServiceBody({ service }: { readonly service: Service }) {
  return (
    <div className="berth-service">
      <div className="berth-stack">
        <StoppedNote service={service} />
        <Card>
          <CardTitle component="h2">Topology</CardTitle>
          <CardBody>
            <Topology service={service} />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Servers</CardTitle>
          <ServiceServers servers={service.servers} />
        </Card>
        {service.hooks.length > 0 && (
          <Card>
            <CardTitle component="h2">What its hooks printed</CardTitle>
            <CardBody>
              <HookRuns runs={service.hooks} />
            </CardBody>
          </Card>
        )}
        <Card>
          <CardTitle component="h2">What was done with it</CardTitle>
          <CardBody>
            <OperationHistory subjectId={service.id} none="Nothing yet." />
          </CardBody>
        </Card>
      </div>
      <div className="berth-stack">
        <LeaseCard service={service} />
        <Card>
          <CardTitle component="h2">Cost</CardTitle>
          <CardBody>
            <PriceTable price={service.price} />
          </CardBody>
        </Card>
      </div>
    </div>
  );
}

function LeaseCard({ service }: { readonly service: Service }) {
  return (
    <Card>
      <CardTitle component="h2">Lease</CardTitle>
      <CardBody className="berth-stack">
        {service.extension !== null && (
          <Alert variant="info" isInline isPlain title="A longer lease waits for approval" component="h3">
            <ObjectLink kind="request" id={service.extension.requestId}>
              Until <When at={service.extension.endsAt} exact />
            </ObjectLink>
          </Alert>
        )}
        <Facts
          columns={1}
          items={[
            ["Ends", <LeaseEnd key="ends" at={service.endsAt} />],
            ["Then", endOfLease(service.leasePolicy)],
            ["Began", <When key="began" at={service.startsAt} exact />],
            ["Pool", service.pool],
            ["Project", service.project],
            ["Template", <ObjectLink key="template" kind="template" id={service.template} />],
          ]}
        />
      </CardBody>
    </Card>
  );
}

function LeaseEnd({ at }: { readonly at: string }) {
  return (
    <>
      <When at={at} />
      <div className="berth-muted">
        <When at={at} exact />
      </div>
    </>
  );
}
