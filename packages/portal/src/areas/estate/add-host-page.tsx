import type { OutputOf } from "../../api/queries.ts";
import { FormPage } from "../../kit/form-page.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { pickOne } from "../../kit/pickers.tsx";
import { ConnectionTest } from "./connection-test.tsx";
import { ESTATE } from "./estate-page.tsx";
import { useProviderWidgets } from "./provider-widgets.tsx";

const CRUMBS = [ESTATE, { title: "Hosts", to: "/estate/hosts" }];
const ORDER = ["name", "site", "provider", "settings", "storagePool", "bridges"];
const WIDGETS = { site: pickOne("listSites") };

/** Enrols one host by how its hypervisor is reached. */
export function AddHostPage() {
  const provider = useProviderWidgets("hosts");
  return (
    <FormPage<OutputOf<"createHost">>
      title="Add a host"
      crumbs={CRUMBS}
      operation="createHost"
      order={ORDER}
      widgets={{ ...WIDGETS, ...provider }}
      submitLabel="Add"
      aside={(input) => <ConnectionTest input={input} choicesAre="Storage pools there" />}
      doneHref={({ name }) => hrefOf("host", name)}
    />
  );
}
