import { hostLifecycle } from "../packages/server/src/estate/host-rules.ts";
import { lifecycle as machineLifecycle } from "../packages/server/src/estate/machine-rules.ts";
import { lifecycle as serverLifecycle } from "../packages/server/src/servers/rules.ts";
import { lifecycles as serviceLifecycles } from "../packages/server/src/services/rules.ts";

/** The state diagrams of the guide, drawn from the tables that the code goes by. */
export function describeLifecycles(): { file: URL; text: string }[] {
  const { request, extension, service } = serviceLifecycles();
  const sections = [
    section("A request", request),
    section("A request for a longer lease", extension),
    section("A service", service),
    section("A server", serverLifecycle()),
    section("A machine", machineLifecycle()),
    section("A host", hostLifecycle()),
  ];
  const text = `# Lifecycles\n\nWritten by \`./berth gen\` from the tables in the rooms' rules.\n\n${sections.join("\n")}`;
  return [{ file: new URL("../docs/guide/lifecycles.md", import.meta.url), text }];
}

function section(title: string, lifecycle: Record<string, Record<string, string>>): string {
  const arrows = Object.entries(lifecycle).flatMap(([state, events]) =>
    Object.entries(events)
      // What changes nothing would only be a loop at its state.
      .filter(([, next]) => next !== state)
      .map(([event, next]) => `  ${idOf(state)} --> ${idOf(next)}: ${event}`),
  );
  const names = Object.keys(lifecycle).map((state) => `  state "${state}" as ${idOf(state)}`);
  return `## ${title}\n\n\`\`\`mermaid\nstateDiagram-v2\n${[...names, ...arrows].join("\n")}\n\`\`\`\n`;
}

function idOf(state: string): string {
  return state.replaceAll("-", "_");
}
