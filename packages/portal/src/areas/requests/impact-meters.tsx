import { useNow } from "../../kit/when.tsx";
import { type Impact, impactOf, type Pool } from "./approval-rules.ts";
import type { Request } from "./story-rules.ts";

const MINUTE_MS = 60_000;

/** The pool without and with the request. */
export function ImpactMeters({ pool, request }: { readonly pool: Pool; readonly request: Request }) {
  const now = useNow(MINUTE_MS);
  const impact = impactOf(pool, request, new Date(now));
  return (
    <section className="berth-impact" aria-label={`Impact on the pool ${pool.name}`}>
      <h3>{`Impact on the pool ${pool.name}`}</h3>
      {impact.map((row) => (
        <ImpactMeter key={row.what} row={row} />
      ))}
    </section>
  );
}

function ImpactMeter({ row }: { readonly row: Impact }) {
  const unit = row.unit === "" ? "" : ` ${row.unit}`;
  const text = `${row.without} without, ${row.with} with it, of ${row.total}${unit}`;
  const percent = (value: number) => (row.total <= 0 ? 100 : Math.min(100, (100 * value) / row.total));
  const isOver = row.with > row.total;
  return (
    <div>
      <div className="berth-impact__text">
        <span>{row.what}</span>
        <span className="berth-muted">{text}</span>
      </div>
      <div
        className="berth-impact__bar"
        role="meter"
        aria-label={row.what}
        aria-valuemin={0}
        aria-valuemax={Math.max(1, row.total)}
        aria-valuenow={Math.min(row.with, Math.max(1, row.total))}
        aria-valuetext={text}
      >
        <div className="berth-impact__before" style={{ inlineSize: `${percent(row.without)}%` }} />
        <div
          className={isOver ? "berth-impact__own berth-impact__own--over" : "berth-impact__own"}
          style={{ inlineSize: `${percent(row.with) - percent(row.without)}%` }}
        />
      </div>
    </div>
  );
}
