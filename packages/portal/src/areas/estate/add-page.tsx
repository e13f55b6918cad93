import { AddNoun } from "../../kit/noun-forms.tsx";
import { ESTATE } from "./estate-page.tsx";
import { NEW_NOUNS } from "./nouns.tsx";

export function AddPage() {
  return <AddNoun nouns={NEW_NOUNS} area={ESTATE} />;
}
