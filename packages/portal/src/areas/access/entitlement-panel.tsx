import { useApi } from "../../api/queries.ts";
import { Facts } from "../../kit/facts.tsx";
import { Meter } from "../../kit/meter.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";

const WHAT = {
  servers: ["Servers", ""],
  cores: ["Cores", ""],
  memoryGiB: ["Memory", "GiB"],
  storageGiB: ["Storage", "GiB"],
  moneyPerMonth: ["Money a month", ""],
} as const;

/** What the reader may ask for, and how much of it is held. */
export function EntitlementPanel() {
  const entitlement = useApi("getEntitlement");
  return (
    <Panel title="What you may ask for">
      <Loaded query={entitlement}>
        {({ policies, templates, pools, actions, limits }) => (
          <div className="berth-stack">
            <Facts
              items={[
                ["By policy", policies.join(", ") || "none holds for you: you are not restricted"],
                ["Templates", templates === null ? "all that are published" : templates.join(", ") || "none"],
                ["Pools", pools === null ? "all that you may use" : pools.join(", ") || "none"],
                ["With what is yours", actions.join(", ") || "nothing"],
              ]}
            />
            {limits
              .filter(({ limit }) => limit !== null)
              .map(({ what, held, limit }) => {
                const [label, unit] = WHAT[what];
                return <Meter key={what} label={label} used={Number(held)} total={Number(limit)} unit={unit} />;
              })}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}
