import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useNavigate } from "@tanstack/react-router";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { FormButton } from "../../kit/form-button.tsx";
import { LinkButton, ObjectLink, useParam } from "../../kit/link.tsx";
import { Meter } from "../../kit/meter.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { AddressPanel } from "./address-panel.tsx";
import { segmentsOf } from "./address-rules.ts";
import { ESTATE } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import "./estate.css";

type Network = OutputOf<"getNetwork">;

const CRUMBS = [ESTATE, { title: "Networks", to: "/estate/networks" }];

export function NetworkPage() {
  const id = useParam("id");
  const network = useApi("getNetwork", { params: { id } });
  return (
    <Loaded query={network}>
      {(data) => (
        <Page title={data.name} crumbs={CRUMBS} subtitle={data.cidr} actions={<NetworkActions network={data} />}>
          <div className="berth-stack">
            <div className="estate-panels">
              <FactsPanel network={data} />
              <RangesPanel network={data} />
            </div>
            <AddressPanel network={data.name} />
          </div>
        </Page>
      )}
    </Loaded>
  );
}

function NetworkActions({ network }: { readonly network: Network }) {
  const navigate = useNavigate();
  return (
    <ForOperators>
      <LinkButton to={`/estate/edit/network/${encodeURIComponent(network.id)}`} variant="secondary">
        Edit
      </LinkButton>
      <Actions
        subject={{ kind: "network", name: network.name }}
        allowed={["delete"]}
        verbs={[
          {
            verb: "delete",
            label: "Delete",
            operation: "deleteNetwork",
            input: { params: { id: network.id } },
            danger: true,
            primary: false,
            lost: `The record of ${network.name}, its ranges and the addresses that were kept in it.`,
            kept: "The network itself. While a server holds one of its addresses, this is refused.",
            onDone: () => void navigate({ to: "/estate/networks" }),
          },
        ]}
      />
    </ForOperators>
  );
}

function FactsPanel({ network }: { readonly network: Network }) {
  return (
    <Panel title="Network">
      <Facts
        columns={1}
        items={[
          ["Site", <ObjectLink key="site" kind="site" id={network.site} />],
          ["Addresses", network.cidr],
          ["VLAN", network.vlan],
          ["Gateway", network.gateway],
          ["Name servers", network.dns.join(", ") || null],
          ["Domain", network.domain],
          ["Boots machines", network.pxe ? "yes" : "no"],
        ]}
      />
    </Panel>
  );
}

function RangesPanel({ network }: { readonly network: Network }) {
  const segments = segmentsOf(network.cidr, network.ranges);
  return (
    <Panel
      title="Ranges"
      actions={
        <ForOperators>
          <FormButton
            label="Add a range"
            operation="addNetworkRange"
            input={{ params: { id: network.id } }}
            title={network.name}
          />
        </ForOperators>
      }
    >
      <div className="berth-stack">
        <Meter
          label="Addresses held, of those given by itself"
          used={network.addresses.held}
          total={network.addresses.automatic}
        />
        {segments.length > 0 && (
          <div>
            <div className="estate-ranges" role="img" aria-label={`Where the ranges lie in ${network.cidr}`}>
              {segments.map(({ kind, start, end, from, to }) => (
                <span
                  key={`${kind} ${start}`}
                  className={`estate-range estate-range--${kind}`}
                  title={`${kind}: ${start} to ${end}`}
                  style={{ insetInlineStart: `${from * 100}%`, inlineSize: `${(to - from) * 100}%` }}
                />
              ))}
            </div>
          </div>
        )}
        {network.ranges.length === 0 ? (
          <p className="berth-muted">No ranges yet: no server can be given an address here.</p>
        ) : (
          <Table aria-label="Ranges" variant="compact">
            <Thead>
              <Tr>
                <Th>Use</Th>
                <Th>First</Th>
                <Th>Last</Th>
                <Th>Note</Th>
                <Th screenReaderText="Actions" />
              </Tr>
            </Thead>
            <Tbody>
              {network.ranges.map((range) => (
                <Tr key={range.id}>
                  <Td dataLabel="Use">
                    <span className={`estate-swatch estate-range--${range.kind}`} aria-hidden="true" /> {range.kind}
                  </Td>
                  <Td dataLabel="First">{range.start}</Td>
                  <Td dataLabel="Last">{range.end}</Td>
                  <Td dataLabel="Note">{range.note ?? "–"}</Td>
                  <Td dataLabel="Actions">
                    <Actions
                      subject={{ kind: "range", name: `${range.start} to ${range.end}` }}
                      allowed={["remove"]}
                      verbs={[
                        {
                          verb: "remove",
                          label: "Remove",
                          operation: "removeNetworkRange",
                          input: { params: { id: network.id, range: range.id } },
                          danger: true,
                          primary: false,
                          kept: "Addresses that were given out of it stay with their servers.",
                        },
                      ]}
                    />
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </div>
    </Panel>
  );
}
