import { Button, TextInput } from "@patternfly/react-core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

const FIELDS = [
  { field: "user", label: "Who" },
  { field: "action", label: "Did, such as request.approve" },
  { field: "objectKind", label: "On what kind, such as server" },
] as const;

/** What the audit can be asked for by words; it stands in the address, as all filters do. */
export function AuditFilters() {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const chosen = Object.fromEntries(FIELDS.map(({ field }) => [field, String(search[field] ?? "")]));
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(chosen);
  const apply = (values: Readonly<Record<string, string>>) => {
    setTyped(values);
    const given = Object.fromEntries(FIELDS.map(({ field }) => [field, values[field]?.trim() || undefined]));
    void navigate({ to: ".", search: ((before: object) => ({ ...before, ...given })) as never });
  };
  const isFiltered = Object.values(chosen).some((text) => text !== "");
  return (
    <form
      className="berth-actions"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        apply(typed);
      }}
    >
      {FIELDS.map(({ field, label }) => (
        <div key={field} style={{ inlineSize: "16rem" }}>
          <TextInput
            aria-label={label}
            placeholder={label}
            value={typed[field] ?? ""}
            onChange={(_, text) => setTyped({ ...typed, [field]: text })}
          />
        </div>
      ))}
      <Button type="submit" variant="secondary">
        Filter
      </Button>
      {isFiltered && (
        <Button variant="link" onClick={() => apply({})}>
          Show all
        </Button>
      )}
    </form>
  );
}
