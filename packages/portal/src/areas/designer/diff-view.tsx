import { diffTemplates } from "@berth/api/template-diff.ts";
import { readYaml } from "@berth/sdk/yaml-text.ts";
import { Label, Spinner } from "@patternfly/react-core";
import { lazy, Suspense } from "react";

const TextDiff = lazy(async () => ({ default: (await import("./text-diff.tsx")).TextDiff }));

export interface DiffViewProps {
  readonly before: { readonly title: string; readonly text: string };
  readonly after: { readonly title: string; readonly text: string };
}

const COLOURS = { added: "green", removed: "red", changed: "blue" } as const;

/** What changed between two texts: in words, element by element, and line by line. */
export function DiffView({ before, after }: DiffViewProps) {
  const changes = diffTemplates(valueIn(before.text), valueIn(after.text));
  return (
    <div className="berth-stack">
      {changes.length === 0 ? (
        <p>{before.text === after.text ? "They are the same." : "Only comments, order or the picture differ."}</p>
      ) : (
        <ul className="designer-changes" aria-label="Changes">
          {changes.map(({ kind, field, before: old, after: now }) => (
            <li key={`${kind} ${field}`}>
              <Label color={COLOURS[kind]} isCompact>
                {kind}
              </Label>{" "}
              <code>{field}</code> {kind === "changed" && `${shown(old)} → ${shown(now)}`}
            </li>
          ))}
        </ul>
      )}
      <div className="designer-diff__titles">
        <span>{before.title}</span>
        <span>{after.title}</span>
      </div>
      <Suspense fallback={<Spinner aria-label="Loading the comparison" />}>
        <TextDiff before={before.text} after={after.text} />
      </Suspense>
    </div>
  );
}

function valueIn(text: string): unknown {
  const read = readYaml(text);
  return "value" in read ? read.value : null;
}

const MAX_SHOWN = 60;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
