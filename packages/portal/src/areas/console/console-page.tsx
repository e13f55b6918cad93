import type { ConsoleKind } from "@berth/api/console.ts";
import { Button } from "@patternfly/react-core";
import { useState } from "react";
import { createPortal } from "react-dom";
import { useApi } from "../../api/queries.ts";
import { Empty } from "../../kit/empty.tsx";
import { useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { Loaded } from "../../kit/problem.tsx";
import { firstKind, type SubjectKind } from "./console-rules.ts";
import { ConsoleView } from "./console-view.tsx";
import "./console.css";

const WINDOW = "window";
const KIND = "kind";

/** The console of a server. */
export function ServerConsolePage() {
  const id = useParam("id");
  const consoles = useApi("serverConsoles", { params: { id } }, { staleMs: 0 });
  return <ConsolePage subject="server" id={id} consoles={consoles} />;
}

/** The console of a machine, whatever has landed on it. */
export function MachineConsolePage() {
  const id = useParam("id");
  const consoles = useApi("machineConsoles", { params: { id } }, { staleMs: 0 });
  return <ConsolePage subject="machine" id={id} consoles={consoles} />;
}

interface ConsolePageProps {
  readonly subject: SubjectKind;
  readonly id: string;
  readonly consoles: ReturnType<typeof useApi<"serverConsoles">>;
}

const CRUMBS = {
  server: { title: "Servers", to: "/servers" },
  machine: { title: "Machines", to: "/estate/machines" },
} as const;

function ConsolePage({ subject, id, consoles }: ConsolePageProps) {
  const asked = new URLSearchParams(location.search);
  const isWindow = asked.has(WINDOW);
  const [wanted, setWanted] = useState(asked.get(KIND));
  const body = (
    <Loaded query={consoles}>
      {({ name, kinds, reason }) => {
        const kind = firstKind(kinds, wanted);
        if (kind === null) return <NoConsole reason={reason} onLook={() => void consoles.refetch()} />;
        const view = { subject, id, name, kinds, kind, onKind: setWanted };
        return <ConsoleView {...view} onPopOut={isWindow ? undefined : () => popOut(id, kind)} />;
      }}
    </Loaded>
  );
  // A window of its own shows the console and nothing else: outside the shell, which would lie over it.
  if (isWindow) return createPortal(<div className="berth-console-window">{body}</div>, document.body);
  const name = consoles.data?.name ?? id;
  const crumbs = [CRUMBS[subject], { title: name, to: hrefOf(subject, id) }];
  return (
    <Page title="Console" subtitle={`of the ${subject} ${name}`} crumbs={crumbs} isFilled>
      {body}
    </Page>
  );
}

function NoConsole({ reason, onLook }: { readonly reason: string | null; readonly onLook: () => void }) {
  return (
    <Empty
      title="There is no console"
      text={reason ?? "Nothing was said about why."}
      action={
        <Button variant="secondary" onClick={onLook}>
          Look again
        </Button>
      }
    />
  );
}

function popOut(id: string, kind: ConsoleKind): void {
  const query = new URLSearchParams({ [WINDOW]: "1", [KIND]: kind });
  window.open(`${location.pathname}?${query}`, `console-${id}`, "popup,width=1100,height=860");
}
