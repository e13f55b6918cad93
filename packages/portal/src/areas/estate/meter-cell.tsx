import "./estate.css";

export interface MeterCellProps {
  readonly label: string;
  readonly used: number;
  readonly total: number;
  readonly unit?: string;
}

/** A meter that fits into a row of a list. */
export function MeterCell({ label, used, total, unit }: MeterCellProps) {
  const percent = total <= 0 ? 0 : Math.min(100, Math.round((used / total) * 100));
  const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 1 });
  const text = `${number(used)} of ${number(total)}${unit === undefined ? "" : ` ${unit}`}`;
  return (
    <span className="estate-meter-cell" title={`${label}: ${text}`}>
      <span className="estate-meter-cell__bar" aria-hidden="true">
        <span className={percent >= 90 ? "is-full" : ""} style={{ inlineSize: `${percent}%` }} />
      </span>
      {text}
    </span>
  );
}
