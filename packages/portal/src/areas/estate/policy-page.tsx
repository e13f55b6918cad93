import { useApi } from "../../api/queries.ts";
import { FormPage } from "../../kit/form-page.tsx";
import { useParam } from "../../kit/link.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { ESTATE } from "./estate-page.tsx";
import { NewPolicy } from "./new-policy.tsx";

const ORDER = ["action", "position", "mac", "model", "serial"];
const CRUMBS = [ESTATE, { title: "Boot policies", to: "/estate/policies" }];

/** A policy is applied under its name: the same form makes one and changes it. */
export function PolicyPage() {
  const idOrName = useParam("id");
  const policies = useApi("listBootPolicies", { query: { limit: 500 } }, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={policies}>
      {({ items }) => {
        const known = items.find((policy) => policy.name === idOrName || policy.id === idOrName);
        const name = known?.name ?? idOrName;
        const { action, position, mac, model, serial } = known ?? {};
        const given = Object.entries({ action, position, mac, model, serial }).filter(([, value]) => value != null);
        return (
          <FormPage
            title={`Boot policy ${name}`}
            crumbs={CRUMBS}
            operation="applyBootPolicy"
            order={ORDER}
            initial={{ params: { name }, body: Object.fromEntries(given) }}
          />
        );
      }}
    </Loaded>
  );
}

export function AddPolicyPage() {
  return <NewPolicy crumbs={CRUMBS} order={ORDER} />;
}
