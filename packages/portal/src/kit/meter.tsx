export interface MeterProps {
  readonly label: string;
  readonly used: number;
  readonly total: number;
  readonly unit?: string;
}

/** How much of something is used: a bar, and the numbers in words. */
export function Meter({ label, used, total, unit = "" }: MeterProps) {
  const percent = total <= 0 ? 0 : Math.min(100, Math.round((used / total) * 100));
  const level = percent >= 90 ? "high" : percent >= 70 ? "medium" : "low";
  const text = `${number(used)} of ${number(total)}${unit === "" ? "" : ` ${unit}`}`;
  return (
    <div className="berth-meter">
      <div className="berth-meter__text">
        <span>{label}</span>
        <span className="berth-muted">{text}</span>
      </div>
      <div
        className="berth-meter__bar"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(total, 1)}
        aria-valuenow={Math.min(used, Math.max(total, 1))}
        aria-valuetext={text}
      >
        <div className={`berth-meter__fill berth-meter__fill--${level}`} style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}
