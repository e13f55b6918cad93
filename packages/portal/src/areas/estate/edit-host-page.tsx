import { type OutputOf, useApi } from "../../api/queries.ts";
import { FormPage } from "../../kit/form-page.tsx";
import { useParam } from "../../kit/link.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { Loaded } from "../../kit/problem.tsx";
import { ConnectionTest } from "./connection-test.tsx";
import { ESTATE } from "./estate-page.tsx";
import { useProviderWidgets } from "./provider-widgets.tsx";

const CRUMBS = [ESTATE, { title: "Hosts", to: "/estate/hosts" }];

export function EditHostPage() {
  const id = useParam("id");
  const host = useApi("getHost", { params: { id } }, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={host}>
      {(data) => <EditHost key={data.version} host={data} onReload={() => void host.refetch()} />}
    </Loaded>
  );
}

function EditHost({ host, onReload }: { readonly host: OutputOf<"getHost">; readonly onReload: () => void }) {
  const { id, name, version, provider, site, settings, storagePool, bridges } = host;
  const widgets = useProviderWidgets("hosts", provider);
  return (
    <FormPage
      title={`Edit host ${name}`}
      crumbs={[...CRUMBS, { title: name, to: hrefOf("host", name) }]}
      operation="updateHost"
      order={["settings", "storagePool", "bridges"]}
      widgets={widgets}
      initial={{ params: { id }, ifMatch: version, body: { settings, storagePool, bridges } }}
      onReload={onReload}
      aside={(input) => (
        <ConnectionTest
          input={{ body: { ...(input.body as object), provider, site } }}
          choicesAre="Storage pools there"
        />
      )}
    />
  );
}
