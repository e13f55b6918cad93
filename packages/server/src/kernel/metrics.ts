import { Counter, Histogram, Registry } from "prom-client";

/** The four families, each observed in one place. No ids as labels: their number is without bound. */
export interface Metrics {
  http(route: string, status: number, seconds: number): void;
  step(name: string, outcome: "done" | "failed" | "undone" | "undo-failed", seconds: number): void;
  /** `failure` is "none" for calls that went well. */
  provider(type: string, role: string, method: string, failure: string, seconds: number): void;
  /** `seconds` is how long the thing had been in the state that it leaves. */
  transition(kind: string, from: string, to: string, seconds: number): void;
  /** The Prometheus text format, and its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800];

export function createMetrics(): Metrics {
  const registers = [new Registry()] as [Registry];
  const http = new Histogram({ name: "berth_http_request_seconds", help: "HTTP requests", labelNames: ["route", "status"], buckets: SECONDS, registers });
  const step = new Histogram({ name: "berth_workflow_step_seconds", help: "Steps of workflows", labelNames: ["name", "outcome"], buckets: SECONDS, registers });
  const provider = new Histogram({
    name: "berth_provider_call_seconds",
    help: "Calls to the outside world",
    labelNames: ["type", "role", "method", "failure"],
    buckets: SECONDS,
    registers,
  });
  const transitions = new Counter({ name: "berth_state_transitions_total", help: "Changes of state", labelNames: ["kind", "from", "to"], registers });
  const inState = new Histogram({ name: "berth_state_seconds", help: "Time spent in a state", labelNames: ["kind", "state"], buckets: SECONDS, registers });
  return {
    http: (route, status, seconds) => http.observe({ route, status: String(status) }, seconds),
    step: (name, outcome, seconds) => step.observe({ name, outcome }, seconds),
    provider: (type, role, method, failure, seconds) => provider.observe({ type, role, method, failure }, seconds),
    transition: (kind, from, to, seconds) => {
      transitions.inc({ kind, from, to });
      inState.observe({ kind, state: from }, seconds);
    },
    render: async () => ({ contentType: registers[0].contentType, text: await registers[0].metrics() }),
  };
}
