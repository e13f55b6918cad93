import { Histogram, type Registry } from "prom-client";

/** The HTTP family of metrics: by route, never by id. */
export interface HttpMetrics {
  observe(facts: { operation: string; method: string; status: number; seconds: number }): void;
}

export function httpMetrics(registry: Registry): HttpMetrics {
  const histogram = new Histogram({
    name: "berth_http_request_seconds",
    help: "Time to answer a request, by route and status",
    labelNames: ["operation", "method", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  return {
    observe: ({ operation, method, status, seconds }) =>
      histogram.observe({ operation, method, status: String(status) }, seconds),
  };
}
