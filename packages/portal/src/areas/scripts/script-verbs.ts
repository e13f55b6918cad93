import type { OutputOf } from "../../api/queries.ts";
import type { Verb } from "../../kit/actions.tsx";

/** What can be done with a script. `go` leads to another page. */
export function scriptVerbs(script: OutputOf<"getScript">, go: (href: string) => void): Verb[] {
  const params = { name: script.name };
  return [
    {
      verb: "run",
      label: "Run",
      operation: "runScript",
      input: { params, body: { version: script.version } },
      primary: true,
      onDone: (answer) => go(`/operations/${(answer as OutputOf<"runScript">).operationId}`),
    },
    { verb: "schedule", label: "Schedule", operation: "scheduleScript", input: { params }, form: true, primary: true },
    ...(script.schedule === null
      ? []
      : [
          {
            verb: "unschedule",
            label: "Let it run by itself no more",
            operation: "unscheduleScript" as const,
            input: { params },
          },
        ]),
    {
      verb: "delete",
      label: "Delete",
      operation: "deleteScript",
      input: { params },
      danger: true,
      lost: `All ${script.latest} versions of ${script.name}, and its schedule.`,
      kept: "What it has done, and the logs of its runs.",
      onDone: () => go("/scripts"),
    },
  ];
}
