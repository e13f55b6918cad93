import { State } from "../../kit/state.tsx";
import type { Look } from "./bay-rules.ts";

/** A machine's or place's look: its word, a colour and a sign. */
export function LookLabel({ look }: { readonly look: Look }) {
  return <State value={look.word} tone={look.tone} />;
}
