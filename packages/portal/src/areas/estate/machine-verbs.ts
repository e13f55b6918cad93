import type { OutputOf } from "../../api/queries.ts";
import type { Verb } from "../../kit/actions.tsx";

type Machine = Pick<OutputOf<"getMachine">, "id" | "name" | "server" | "maintenance">;

/** What can be asked of a machine, each with what it costs. Whether it is possible just now, the machine says. */
export function machineVerbs({ id, name, server, maintenance }: Machine): Verb[] {
  const params = { id };
  // A machine that serves is switched only by whoever names the server that this hits.
  const switched = (action: "on" | "off" | "reset") => ({
    params,
    body: { action, ...(server === null ? {} : { server }) },
  });
  const hits =
    server === null ? undefined : `Whatever ${server} has not written to its disks: it is not asked to shut down.`;
  return [
    { verb: "inspect", label: "Inspect", operation: "inspectMachine", input: { params, body: {} }, primary: true },
    maintenance
      ? {
          verb: "maintenance-off",
          label: "End maintenance",
          operation: "maintainMachine",
          input: { params, body: { state: "off" } },
          primary: true,
        }
      : {
          verb: "maintenance-on",
          label: "Begin maintenance",
          operation: "maintainMachine",
          input: { params, body: { state: "on" } },
          form: true,
          hidden: ["state"],
          primary: true,
        },
    { verb: "power-on", label: "Power on", operation: "powerMachine", input: switched("on") },
    {
      verb: "power-off",
      label: "Power off",
      operation: "powerMachine",
      input: switched("off"),
      danger: true,
      kept: "Its disks, and what is written on them.",
      lost: hits,
    },
    {
      verb: "reset",
      label: "Reset",
      operation: "powerMachine",
      input: switched("reset"),
      danger: true,
      kept: "Its disks, and what is written on them.",
      lost: hits,
    },
    {
      verb: "retire",
      label: "Retire",
      operation: "retireMachine",
      input: { params, body: {} },
      danger: true,
      kept: `The record of ${name}, with what it served.`,
      lost: "It serves nobody any more, and stands in no bay.",
    },
    {
      verb: "delete",
      label: "Delete",
      operation: "deleteMachine",
      input: { params },
      danger: true,
      kept: "The machine itself: Berth changes nothing on it.",
      lost: `The record of ${name}, and the credentials of its management controller.`,
    },
  ];
}
