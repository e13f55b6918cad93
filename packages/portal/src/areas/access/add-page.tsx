import { AddNoun } from "../../kit/noun-forms.tsx";
import { ACCESS } from "./access-tabs.tsx";
import { NEW_NOUNS } from "./nouns.tsx";

export function AddPage() {
  return <AddNoun nouns={NEW_NOUNS} area={ACCESS} />;
}
