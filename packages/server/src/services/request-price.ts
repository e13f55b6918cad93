import type { Price } from "../catalog/price-rules.ts";
import type { RequestRow, ServiceRow } from "./store.ts";

/** Of a longer lease what it adds; else of the whole service. */
export function priceOf(request: Pick<RequestRow, "price">, service: ServiceRow): Price {
  // Both columns are written by the rooms of services only.
  return (request.price ?? service.price) as Price;
}
