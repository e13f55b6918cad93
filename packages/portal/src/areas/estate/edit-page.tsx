import { type InputOf, type OutputOf, useApi } from "../../api/queries.ts";
import { Empty } from "../../kit/empty.tsx";
import { FormPage } from "../../kit/form-page.tsx";
import { useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { ESTATE } from "./estate-page.tsx";
import { CHANGED_NOUNS, type ChangedNoun } from "./nouns.tsx";

interface Versioned {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** `/estate/edit/network/lan`: the same for changing something. */
export function EditPage() {
  const noun = CHANGED_NOUNS[useParam("noun")];
  const id = useParam("id");
  if (noun !== undefined) return <Edit noun={noun} id={id} />;
  return (
    <Page title="Not here" crumbs={[ESTATE]}>
      <Empty title="Nothing of that kind can be edited" text="The address is not quite right: go back to the estate." />
    </Page>
  );
}

function Edit({ noun, id }: { readonly noun: ChangedNoun; readonly id: string }) {
  const { reads, fields, list, title, ...form } = noun;
  // Which operation it is, only the table knows; all in it read one object by its id.
  const now = useApi(reads, { params: { id } } as InputOf<typeof reads>, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={now}>
      {(data: OutputOf<typeof reads>) => {
        const object = data as unknown as Versioned & Record<string, unknown>;
        const known = fields.flatMap((field) => (object[field] === null ? [] : [[field, object[field]] as const]));
        return (
          <FormPage
            {...form}
            key={object.version}
            title={`${title} ${object.name}`}
            crumbs={[ESTATE, list, { title: object.name, to: `${list.to}/${encodeURIComponent(object.name)}` }]}
            initial={{ params: { id: object.id }, ifMatch: object.version, body: Object.fromEntries(known) }}
            onReload={() => void now.refetch()}
          />
        );
      }}
    </Loaded>
  );
}
