import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

export interface PowerProps {
  readonly power: {
    readonly wanted: "on" | "off" | "unknown" | null;
    readonly observed: "on" | "off" | "unknown";
    readonly observedAt: string | null;
  };
  /** On one line, for a row of a list. */
  readonly isCompact?: boolean;
}

/** Wanted, seen and when it was seen; doubt is shown as "unknown since", never as a guess. */
export function Power({ power, isCompact = false }: PowerProps) {
  const { wanted, observed, observedAt } = power;
  const isOther = wanted !== null && wanted !== "unknown" && observed !== "unknown" && wanted !== observed;
  return (
    <span className={isCompact ? "estate-power-fact estate-power-fact--compact" : "estate-power-fact"}>
      <State value={observed} since={observedAt} />
      {isOther && <State value={`wanted ${wanted}`} tone="waiting" />}
      {observed !== "unknown" && (
        <span className="berth-muted">
          {!isCompact && "seen "}
          <When at={observedAt} />
        </span>
      )}
    </span>
  );
}
