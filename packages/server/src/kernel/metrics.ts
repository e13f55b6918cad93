import { Counter, Histogram, Registry } from "prom-client";

/** The families of metrics, each observed in one place. No ids as labels: their number is without bound. */
export interface Metrics {
  step(name: string, outcome: "done" | "failed" | "undone" | "undo-failed", seconds: number): void;
  /** `failure` is "none" for calls that went well. */
  provider(type: string, role: string, method: string, failure: string, seconds: number): void;
  /** `seconds` is how long the thing had been in the state that it leaves. */
  transition(kind: string, from: string, to: string, seconds: number): void;
  /** Where `/metrics` reads from; the HTTP server adds its own family. */
  readonly registry: Registry;
}

const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800];

export function createMetrics(): Metrics {
  const registers = [new Registry()] as [Registry];
  const step = new Histogram({
    name: "berth_workflow_step_seconds",
    help: "Steps of workflows",
    labelNames: ["name", "outcome"],
    buckets: SECONDS,
    registers,
  });
  const provider = new Histogram({
    name: "berth_provider_call_seconds",
    help: "Calls to the outside world",
    labelNames: ["type", "role", "method", "failure"],
    buckets: SECONDS,
    registers,
  });
  const transitions = new Counter({
    name: "berth_state_transitions_total",
    help: "Changes of state",
    labelNames: ["kind", "from", "to"],
    registers,
  });
  const inState = new Histogram({
    name: "berth_state_seconds",
    help: "Time spent in a state",
    labelNames: ["kind", "state"],
    buckets: SECONDS,
    registers,
  });
  return {
    step: (name, outcome, seconds) => step.observe({ name, outcome }, seconds),
    provider: (type, role, method, failure, seconds) => provider.observe({ type, role, method, failure }, seconds),
    transition: (kind, from, to, seconds) => {
      transitions.inc({ kind, from, to });
      inState.observe({ kind, state: from }, seconds);
    },
    registry: registers[0],
  };
}
