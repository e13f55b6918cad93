import { EditNoun } from "../../kit/noun-forms.tsx";
import { ACCESS } from "./access-tabs.tsx";
import { CHANGED_NOUNS } from "./nouns.tsx";

export function EditPage() {
  return <EditNoun nouns={CHANGED_NOUNS} area={ACCESS} />;
}
