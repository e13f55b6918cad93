import type { PriceSummary } from "@berth/api/request.ts";
import type { z } from "zod";
import { money } from "./money.ts";
import "./price-table.css";

/** What a day costs, line by line, and the whole lease. */
export function PriceTable({ price }: { readonly price: z.output<typeof PriceSummary> }) {
  const amount = (value: string) => money(value, price.currency);
  return (
    <table className="berth-prices" aria-label="Price by line">
      <tbody>
        {price.lines.map((line) => (
          <tr key={line.item}>
            <th scope="row">
              {line.count.toLocaleString("en", { maximumFractionDigits: 1 })} × {line.item}
            </th>
            <td>{amount(line.perDay)}</td>
          </tr>
        ))}
        <tr className="berth-prices__total">
          <th scope="row">A day</th>
          <td>{amount(price.perDay)}</td>
        </tr>
        <tr>
          <th scope="row">
            {price.days} {price.days === 1 ? "day" : "days"}
          </th>
          <td>{amount(price.total)}</td>
        </tr>
      </tbody>
    </table>
  );
}
