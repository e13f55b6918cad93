import { EditNoun } from "../../kit/noun-forms.tsx";
import { ESTATE } from "./estate-page.tsx";
import { CHANGED_NOUNS } from "./nouns.tsx";

export function EditPage() {
  return <EditNoun nouns={CHANGED_NOUNS} area={ESTATE} />;
}
