import { useSearch } from "@tanstack/react-router";
import type { OperationName } from "../api/client.ts";
import { type InputOf, type OutputOf, useApi } from "../api/queries.ts";
import { Empty } from "./empty.tsx";
import type { Widgets } from "./form-fields.tsx";
import { FormPage } from "./form-page.tsx";
import { useParam } from "./link.tsx";
import { type Crumb, Page } from "./page.tsx";
import { Loaded } from "./problem.tsx";

/** What is made or changed by a form that the contract alone says enough of. */
interface Noun {
  readonly title: string;
  readonly list: Crumb;
  readonly operation: OperationName;
  readonly order: readonly string[];
  readonly widgets?: Widgets;
  readonly submitLabel?: string;
}
export type NewNoun = Noun;
export interface ChangedNoun extends Noun {
  /** Reads what is to be changed. */
  readonly reads: OperationName;
  /** What both calls name it by, in their paths. */
  readonly param: "id" | "name";
  /** Fields of the form that the object has under the same name. */
  readonly fields: readonly string[];
  /** It has no page of its own: one goes back to the list. */
  readonly isListed?: boolean;
}

interface NounsProps<N> {
  readonly nouns: Readonly<Record<string, N>>;
  readonly area: Crumb;
}

/** The page `/area/add/$noun`; what stands in its query is filled in already. */
export function AddNoun({ nouns, area }: NounsProps<NewNoun>) {
  const noun = nouns[useParam("noun")];
  const body = useSearch({ strict: false }) as Record<string, unknown>;
  if (noun === undefined) return <NoSuchNoun area={area} />;
  const { list, ...form } = noun;
  return <FormPage {...form} key={noun.operation} crumbs={[area, list]} initial={{ body }} doneHref={() => list.to} />;
}

/** The page `/area/edit/$noun/$id`. */
export function EditNoun({ nouns, area }: NounsProps<ChangedNoun>) {
  const noun = nouns[useParam("noun")];
  const id = useParam("id");
  return noun === undefined ? <NoSuchNoun area={area} /> : <Edit noun={noun} id={id} area={area} />;
}

interface Versioned {
  readonly name: string;
  readonly version: number;
}

function Edit({ noun, id, area }: { readonly noun: ChangedNoun; readonly id: string; readonly area: Crumb }) {
  const { reads, param, fields, list, title, isListed = false, ...form } = noun;
  const params = { [param]: id };
  // Which operation it is, only the table knows; all in it read one object by its name or id.
  const now = useApi(reads, { params } as unknown as InputOf<typeof reads>, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Loaded query={now}>
      {(data: OutputOf<typeof reads>) => {
        const object = data as unknown as Versioned & Record<string, unknown>;
        const known = fields.flatMap((field) => (object[field] === null ? [] : [[field, object[field]] as const]));
        const own = { title: object.name, to: `${list.to}/${encodeURIComponent(object.name)}` };
        return (
          <FormPage
            {...form}
            key={object.version}
            title={`${title} ${object.name}`}
            crumbs={isListed ? [area, list] : [area, list, own]}
            initial={{ params, ifMatch: object.version, body: Object.fromEntries(known) }}
            onReload={() => void now.refetch()}
          />
        );
      }}
    </Loaded>
  );
}

function NoSuchNoun({ area }: { readonly area: Crumb }) {
  return (
    <Page title="Not here" crumbs={[area]}>
      <Empty title="There is no such form" text="The address is not quite right: go back and choose again." />
    </Page>
  );
}
