export interface DonutProps {
  readonly label: string;
  readonly used: number;
  readonly total: number;
  /** How a value is written; as a plain number, if not given. */
  readonly text?: (value: number) => string;
}

const RADIUS = 42;
const AROUND = 2 * Math.PI * RADIUS;
const plain = (value: number): string => value.toLocaleString("en");

/** How much of something is promised: a ring, with the numbers inside it. */
export function Donut({ label, used, total, text = plain }: DonutProps) {
  const part = total <= 0 ? 0 : Math.min(1, used / total);
  const level = part >= 0.9 ? "high" : part >= 0.7 ? "medium" : "low";
  return (
    <figure className="berth-donut">
      <svg viewBox="0 0 100 100" role="img" aria-label={`${label}: ${text(used)} of ${text(total)}`}>
        <circle className="berth-donut__rest" cx={50} cy={50} r={RADIUS} />
        <circle
          className={`berth-donut__used berth-donut__used--${level}`}
          cx={50}
          cy={50}
          r={RADIUS}
          strokeDasharray={`${part * AROUND} ${AROUND}`}
          transform="rotate(-90 50 50)"
        />
        <text className="berth-donut__number" x={50} y={52} textAnchor="middle">
          {text(used)}
        </text>
        <text x={50} y={67} textAnchor="middle">
          {`of ${text(total)}`}
        </text>
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}
