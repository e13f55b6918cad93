import type { OutputOf } from "../../api/queries.ts";
import { Actions, type Verb } from "../../kit/actions.tsx";

const LOST = "What runs on it and is not written to a disk.";
const KEPT = "Its disks, addresses and place.";

/** What can be done with a server, physical or virtual; which of it just now, the API says. */
export function ServerActions({ server }: { readonly server: OutputOf<"getServer"> }) {
  const input = { params: { id: server.id }, body: {} };
  const verbs: Verb[] = [
    { verb: "start", label: "Start", operation: "startServer", input, primary: true },
    {
      verb: "stop",
      label: "Stop",
      operation: "stopServer",
      input,
      danger: true,
      lost: LOST,
      kept: KEPT,
      primary: true,
    },
    { verb: "restart", label: "Restart", operation: "restartServer", input, danger: true, lost: LOST, kept: KEPT },
  ];
  return (
    <Actions
      subject={{ kind: "server", name: server.name }}
      allowed={server.allowed}
      refused={server.refused}
      verbs={verbs}
    />
  );
}
