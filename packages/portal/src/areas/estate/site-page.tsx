import { useNavigate } from "@tanstack/react-router";
import { useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { LinkButton, ObjectLink, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { When } from "../../kit/when.tsx";
import { ESTATE } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";

const CRUMBS = [ESTATE, { title: "Sites", to: "/estate/sites" }];

export function SitePage() {
  const id = useParam("id");
  const navigate = useNavigate();
  const site = useApi("getSite", { params: { id } });
  return (
    <Loaded query={site}>
      {({ id: siteId, name, dial, machines, hosts, networks, createdAt }) => {
        const here = machines + hosts + networks;
        return (
          <Page
            title={name}
            crumbs={CRUMBS}
            actions={
              <ForOperators>
                <LinkButton to={`/estate/edit/site/${encodeURIComponent(siteId)}`} variant="secondary">
                  Edit
                </LinkButton>
                <Actions
                  subject={{ kind: "site", name }}
                  allowed={here === 0 ? ["delete"] : []}
                  refused={{ delete: `${machines} machines, ${hosts} hosts and ${networks} networks are at it` }}
                  verbs={[
                    {
                      verb: "delete",
                      label: "Delete",
                      operation: "deleteSite",
                      input: { params: { id: siteId } },
                      danger: true,
                      primary: false,
                      lost: `How ${name} is reached.`,
                      onDone: () => void navigate({ to: "/estate/sites" }),
                    },
                  ]}
                />
              </ForOperators>
            }
          >
            <Panel title="Site">
              <Facts
                columns={1}
                items={[
                  ["Reached", dial.kind === "direct" ? "directly" : `through the edge at ${dial.socket}`],
                  [
                    "Interfaces of the edge",
                    dial.kind === "edge"
                      ? Object.entries(dial.interfaces).map(([network, name]) => (
                          <div key={network}>
                            <ObjectLink kind="network" id={network} />: {name}
                          </div>
                        ))
                      : null,
                  ],
                  ["Machines", machines],
                  ["Hosts", hosts],
                  ["Networks", networks],
                  ["Created", <When key="created" at={createdAt} />],
                ]}
              />
            </Panel>
          </Page>
        );
      }}
    </Loaded>
  );
}
