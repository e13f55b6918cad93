import { useApi } from "../../api/queries.ts";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { dayText, loadOf } from "./pool-calendar-rules.ts";
import "./estate.css";

/** The next 30 days of a pool: how full each is, by what is scarcest, and whose services hold it. */
export function PoolCalendar({ pool }: { readonly pool: string }) {
  const calendar = useApi("getPoolCalendar", { params: { id: pool } });
  return (
    <Panel title="The next 30 days">
      <Loaded query={calendar}>
        {({ total, items }) => (
          <ol className="estate-days" aria-label={`How full ${pool} is, day by day`}>
            {items.map(({ date, promised, holders }) => {
              const { percent, what } = loadOf(promised, total);
              const level = percent >= 90 ? "high" : percent >= 70 ? "medium" : percent > 0 ? "low" : "none";
              const who = holders === null || holders.length === 0 ? "" : `; held by ${holders.join(", ")}`;
              return (
                <li
                  key={date}
                  className={`estate-day estate-day--${level}`}
                  title={`${dayText(date)}: ${percent} % of ${what}${who}`}
                >
                  <span className="estate-day__date">{dayText(date)}</span>
                  <span>{percent} %</span>
                  <span className="berth-muted">{percent === 0 ? "free" : what}</span>
                </li>
              );
            })}
          </ol>
        )}
      </Loaded>
    </Panel>
  );
}
