import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { FormButton } from "../../kit/form-button.tsx";
import { ObjectLink } from "../../kit/link.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";
import { ForOperators } from "./for-operators.tsx";

const SHOWN = 500;

/** Who holds which address of a network, and keeping one from being given out. */
export function AddressPanel({ network }: { readonly network: string }) {
  const addresses = useApi("listAddresses", { query: { network, limit: SHOWN } });
  return (
    <Panel
      title="Addresses held"
      actions={
        <ForOperators>
          <FormButton
            label="Keep an address"
            title={network}
            operation="reserveAddress"
            input={{ body: { network } }}
            hidden={["network"]}
            note="No server is given it from then on."
          />
        </ForOperators>
      }
    >
      <Loaded query={addresses}>
        {({ items, next }) =>
          items.length === 0 ? (
            <p className="berth-muted">None: all are free.</p>
          ) : (
            <>
              <Table aria-label="Addresses held" variant="compact">
                <Thead>
                  <Tr>
                    <Th>Address</Th>
                    <Th>Held for</Th>
                    <Th>State</Th>
                    <Th>Until</Th>
                    <Th>Note</Th>
                    <Th screenReaderText="Actions" />
                  </Tr>
                </Thead>
                <Tbody>
                  {items.map((address) => (
                    <Tr key={address.id}>
                      <Td dataLabel="Address">{address.ip}</Td>
                      <Td dataLabel="Held for">
                        {address.server === null ? address.kind : <ObjectLink kind="server" id={address.server} />}
                      </Td>
                      <Td dataLabel="State">
                        <State
                          value={address.state}
                          tone={address.state === "overdue" ? "bad" : address.state === "planned" ? "idle" : "good"}
                        />
                      </Td>
                      <Td dataLabel="Until">{address.endsAt === null ? "no end" : <When at={address.endsAt} />}</Td>
                      <Td dataLabel="Note">{address.note ?? "–"}</Td>
                      <Td dataLabel="Actions">
                        {address.kind === "reserved" && (
                          <Actions
                            subject={{ kind: "address", name: address.ip }}
                            allowed={["release"]}
                            verbs={[
                              {
                                verb: "release",
                                label: "Give back",
                                operation: "releaseAddress",
                                input: { params: { id: address.id } },
                                danger: true,
                                primary: false,
                                lost: `${address.ip} may be given to a server from now on.`,
                              },
                            ]}
                          />
                        )}
                      </Td>
                    </Tr>
                  ))}
                </Tbody>
              </Table>
              {next !== undefined && <p className="berth-muted">These are the first {SHOWN}.</p>}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}
