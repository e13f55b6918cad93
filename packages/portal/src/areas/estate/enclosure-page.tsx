import { useNavigate } from "@tanstack/react-router";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { ObjectLink, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { lookOf } from "./bay-rules.ts";
import { Chassis } from "./chassis.tsx";
import { ESTATE } from "./estate-page.tsx";

const CRUMBS = [ESTATE, { title: "Enclosures", to: "/estate/enclosures" }];

/** An enclosure as it looks from the front. */
export function EnclosurePage() {
  const id = useParam("id");
  const enclosure = useApi("getEnclosure", { params: { id } });
  return <Loaded query={enclosure}>{(data) => <Enclosure enclosure={data} />}</Loaded>;
}

function Enclosure({ enclosure }: { readonly enclosure: OutputOf<"getEnclosure"> }) {
  const navigate = useNavigate();
  const { id, name, site, model, bays, filled, machines } = enclosure;
  return (
    <Page
      title={name}
      crumbs={CRUMBS}
      subtitle={
        <>
          {model ?? "Enclosure"} at <ObjectLink kind="site" id={site} /> · {filled} of {bays} bays filled ·{" "}
          {troubleWords(machines)}
        </>
      }
      actions={
        <Actions
          subject={{ kind: "enclosure", name }}
          allowed={filled === 0 ? ["delete"] : []}
          refused={{ delete: `${filled} of its bays are filled: move or delete those machines first` }}
          verbs={[
            {
              verb: "delete",
              label: "Delete",
              operation: "deleteEnclosure",
              input: { params: { id } },
              danger: true,
              primary: false,
              lost: `The record of ${name}.`,
              onDone: () => void navigate({ to: "/estate/enclosures" }),
            },
          ]}
        />
      }
    >
      <Chassis name={name} bays={bays} machines={machines} />
    </Page>
  );
}

function troubleWords(machines: OutputOf<"getEnclosure">["machines"]): string {
  const bad = machines.filter((machine) => lookOf(machine).tone === "bad");
  return bad.length === 0 ? "nothing is broken" : `to look at: ${bad.map(({ name }) => name).join(", ")}`;
}
