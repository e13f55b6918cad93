import { useSearch } from "@tanstack/react-router";
import { Empty } from "../../kit/empty.tsx";
import { FormPage } from "../../kit/form-page.tsx";
import { useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { ESTATE } from "./estate-page.tsx";
import { NEW_NOUNS } from "./nouns.tsx";

/** `/estate/add/network?site=lab`: a form for whatever the contract alone says enough of. */
export function AddPage() {
  const noun = NEW_NOUNS[useParam("noun")];
  const body = useSearch({ strict: false }) as Record<string, unknown>;
  if (noun === undefined) {
    return (
      <Page title="Not here" crumbs={[ESTATE]}>
        <Empty
          title="Nothing of that kind can be added"
          text="The address is not quite right: go back to the estate."
        />
      </Page>
    );
  }
  const { list, ...form } = noun;
  return (
    <FormPage {...form} key={noun.operation} crumbs={[ESTATE, list]} initial={{ body }} doneHref={() => list.to} />
  );
}
