import { type OutputOf, useApi } from "../../api/queries.ts";
import { FormPage } from "../../kit/form-page.tsx";
import { useParam } from "../../kit/link.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { pickOne } from "../../kit/pickers.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { ConnectionTest } from "./connection-test.tsx";
import { ESTATE } from "./estate-page.tsx";
import { useProviderWidgets } from "./provider-widgets.tsx";

const CRUMBS = [ESTATE, { title: "Machines", to: "/estate/machines" }];
const ORDER = ["enclosure", "bay", "settings", "systemId"];
const WIDGETS = { enclosure: pickOne("listEnclosures") };

export function EditMachinePage() {
  const id = useParam("id");
  const machine = useApi("getMachine", { params: { id } }, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={machine}>
      {(data) => <EditMachine key={data.version} machine={data} onReload={() => void machine.refetch()} />}
    </Loaded>
  );
}

function EditMachine({
  machine,
  onReload,
}: {
  readonly machine: OutputOf<"getMachine">;
  readonly onReload: () => void;
}) {
  const { id, name, version, enclosure, bay, systemId, settings, provider, site } = machine;
  const widgets = useProviderWidgets("machines", provider ?? undefined);
  const place = enclosure === null ? {} : { enclosure, bay };
  const managed = provider === null ? {} : { settings, ...(systemId === null ? {} : { systemId }) };
  return (
    <FormPage
      title={`Edit machine ${name}`}
      crumbs={[...CRUMBS, { title: name, to: hrefOf("machine", name) }]}
      operation="updateMachine"
      order={ORDER}
      hidden={provider === null ? ["settings", "systemId"] : []}
      widgets={{ ...WIDGETS, ...widgets }}
      initial={{ params: { id }, ifMatch: version, body: { ...place, ...managed } }}
      onReload={onReload}
      {...(provider === null
        ? {}
        : {
            aside: (input) => (
              <ConnectionTest
                input={{ body: { ...(input.body as object), provider, site } }}
                choicesAre="Machines there"
              />
            ),
          })}
    />
  );
}
