import { useSearch } from "@tanstack/react-router";
import type { OutputOf } from "../../api/queries.ts";
import { FormPage } from "../../kit/form-page.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { pickOne } from "../../kit/pickers.tsx";
import { ConnectionTest } from "./connection-test.tsx";
import { ESTATE } from "./estate-page.tsx";
import { useProviderWidgets } from "./provider-widgets.tsx";

const CRUMBS = [ESTATE, { title: "Machines", to: "/estate/machines" }];
const ORDER = ["name", "site", "enclosure", "bay", "provider", "settings", "systemId"];
const WIDGETS = { site: pickOne("listSites"), enclosure: pickOne("listEnclosures") };

/** Enrols one machine by the address of its management controller. */
export function AddMachinePage() {
  const body = useSearch({ strict: false }) as Record<string, unknown>;
  const provider = useProviderWidgets("machines");
  return (
    <FormPage<OutputOf<"createMachine">>
      title="Add a machine"
      crumbs={CRUMBS}
      operation="createMachine"
      order={ORDER}
      widgets={{ ...WIDGETS, ...provider }}
      initial={{ body }}
      submitLabel="Add"
      aside={(input) => <ConnectionTest input={input} choicesAre="Machines there" />}
      doneHref={({ name }) => hrefOf("machine", name)}
    />
  );
}
