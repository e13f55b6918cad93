import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Empty } from "../../kit/empty.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { memoryText } from "../../kit/size-rules.ts";
import { Donut } from "./donut.tsx";

type Usage = OutputOf<"getUsage">["items"][number];
/** Of nothing, no unit is of interest. */
const sizeText = (mib: number): string => (mib === 0 ? "0" : memoryText(mib));
const storageText = (gib: number): string => sizeText(gib * 1024);
const MOST_POOLS = 6;
const MOST_SHARES = 5;

/** What the pools hold, how much of it is promised, and to whom. */
export function PoolsPart() {
  const usage = useApi("getUsage");
  return (
    <Loaded query={usage}>
      {({ items }) =>
        items.length === 0 ? (
          <Panel title="Pools">
            <Empty
              title="No pools that you may use"
              text="An operator makes pools of machines and hosts, and says who may use them."
            />
          </Panel>
        ) : (
          items.slice(0, MOST_POOLS).map((pool) => <PoolPanel key={pool.pool} pool={pool} />)
        )
      }
    </Loaded>
  );
}

function PoolPanel({ pool }: { readonly pool: Usage }) {
  const { total, promised, addresses } = pool;
  return (
    <Panel title={`Pool ${pool.pool}`}>
      <div className="berth-donuts">
        {total.machines > 0 && <Donut label="Physical servers" used={promised.machines} total={total.machines} />}
        {pool.hosts > 0 && (
          <>
            <Donut label={`Cores of ${pool.hosts} hosts`} used={promised.cores} total={total.cores} />
            <Donut label="Memory of hosts" used={promised.memoryMiB} total={total.memoryMiB} text={sizeText} />
            <Donut label="Storage of hosts" used={promised.storageGiB} total={total.storageGiB} text={storageText} />
          </>
        )}
        {addresses.total > 0 && <Donut label="Addresses" used={addresses.held} total={addresses.total} />}
      </div>
      {pool.shares.length > 0 && <Shares shares={pool.shares} pool={pool.pool} />}
    </Panel>
  );
}

function Shares({ shares, pool }: { readonly shares: Usage["shares"]; readonly pool: string }) {
  return (
    <Table variant="compact" aria-label={`Who uses the pool ${pool}`}>
      <Thead>
        <Tr>
          <Th>Who</Th>
          <Th>Services</Th>
          <Th>Physical</Th>
          <Th>Cores</Th>
          <Th>Memory</Th>
        </Tr>
      </Thead>
      <Tbody>
        {shares.slice(0, MOST_SHARES).map((share) => (
          <Tr key={share.who}>
            <Td dataLabel="Who">{share.who}</Td>
            <Td dataLabel="Services">{share.services}</Td>
            <Td dataLabel="Physical">{share.machines}</Td>
            <Td dataLabel="Cores">{share.cores}</Td>
            <Td dataLabel="Memory">{sizeText(share.memoryMiB)}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
