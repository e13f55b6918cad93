import { Card, CardBody, CardTitle } from "@patternfly/react-core";
import { useMemo } from "react";
import { useApi } from "../../api/queries.ts";
import { Loaded } from "../../kit/problem.tsx";
import { type CalendarRow, calendarRows, daysAround, fullDays } from "./calendar-rules.ts";

export interface ReservationCalendarProps {
  readonly pools: readonly string[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly now: Date;
}

/** What is promised of the chosen pools day by day, with the days of the lease marked. */
export function ReservationCalendar({ pools, ...lease }: ReservationCalendarProps) {
  return pools.map((pool) => (
    <Card key={pool} isCompact>
      <CardTitle component="h2">{`Reservations of ${pool}`}</CardTitle>
      <CardBody>
        <PoolDays pool={pool} {...lease} />
      </CardBody>
    </Card>
  ));
}

type PoolDaysProps = Omit<ReservationCalendarProps, "pools"> & { readonly pool: string };

function PoolDays({ pool, startsAt, endsAt, now }: PoolDaysProps) {
  const query = useMemo(() => daysAround(startsAt, endsAt, now), [startsAt, endsAt, now]);
  const calendar = useApi("getPoolCalendar", { params: { id: pool }, query }, { keepLast: true });
  return (
    <Loaded query={calendar}>
      {(found) => (
        <div className="berth-stack">
          {calendarRows(found, startsAt, endsAt).map((row) => (
            <DayRow key={row.what} row={row} />
          ))}
        </div>
      )}
    </Loaded>
  );
}

function DayRow({ row }: { readonly row: CalendarRow }) {
  const full = fullDays(row);
  const first = row.cells[0]?.date ?? "";
  const last = row.cells.at(-1)?.date ?? "";
  const words = full.length === 0 ? "free on every day of the lease" : `nothing left on ${full.join(", ")}`;
  return (
    <div>
      <div className="berth-days__head">
        <span>{row.what}</span>
        <span className="berth-muted">{`of ${row.total}`}</span>
      </div>
      <div className="berth-days" role="img" aria-label={`${row.what} from ${first} to ${last}: ${words}`}>
        {row.cells.map((cell) => (
          <span
            key={cell.date}
            title={cell.title}
            className={`berth-days__cell${cell.isInLease ? " berth-days__cell--lease" : ""}${cell.percent >= 100 ? " berth-days__cell--full" : ""}`}
          >
            <span style={{ blockSize: `${cell.percent}%` }} />
          </span>
        ))}
      </div>
      <div className="berth-days__head berth-muted">
        <span>{first}</span>
        <span>{last}</span>
      </div>
    </div>
  );
}
