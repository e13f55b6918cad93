import type { Path } from "@berth/sdk/json.ts";
import type { OutputOf } from "../../api/queries.ts";
import { money } from "../../kit/money.ts";
import { State } from "../../kit/state.tsx";
import { LampButton } from "./lamp.tsx";
import type { Designer } from "./use-designer.ts";

type Saved = OutputOf<"getTemplate"> | null;

interface FactsProps {
  readonly designer: Designer;
  readonly saved: Saved;
  readonly onGo: (path: Path, line: number | null) => void;
}

/** What must be seen all the time: the lamp, the price, and whether it is saved and published. */
export function EditorFacts({ designer, saved, onGo }: FactsProps) {
  const { price, base, isDirty } = designer;
  const isPublished = saved?.published === true && saved.version === base && !isDirty;
  return (
    <>
      <State
        value={isPublished ? "published" : isDirty || base === 0 ? "not saved" : "saved"}
        tone={isPublished ? "good" : "waiting"}
      />
      {base > 0 && <span className="berth-muted">version {base}</span>}
      <LampButton lamp={designer.lamp} onGo={onGo} />
      {price === null ? (
        <span className="berth-muted">no price while something is missing</span>
      ) : (
        <span className="designer-price">
          <strong>{money(price.perDay, price.currency)}</strong> a day · {money(price.total, price.currency)} for{" "}
          {price.days} days
        </span>
      )}
    </>
  );
}
