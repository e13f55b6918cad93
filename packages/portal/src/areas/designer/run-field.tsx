import { isObject, type Json } from "@berth/sdk/json.ts";
import { FormSelect, FormSelectOption, TextArea, TextInput } from "@patternfly/react-core";
import type { WidgetProps } from "../../kit/plain-field.tsx";

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

/** What a hook does: a script on servers, or a call. */
export function RunField({ id, value, isInvalid, onChange }: WidgetProps) {
  const run: Json = isObject(value as Json) ? (value as Json) : { script: "" };
  const http = isObject(run) && isObject(run.http) ? run.http : null;
  const validated = isInvalid ? "error" : "default";
  return (
    <div className="berth-rows">
      <FormSelect
        id={id}
        value={http === null ? "script" : "http"}
        onChange={(_, kind) =>
          onChange(kind === "http" ? { http: { url: "https://", method: "POST" } } : { script: "true\n" })
        }
      >
        <FormSelectOption value="script" label="a script on the servers" />
        <FormSelectOption value="http" label="an HTTP call" />
      </FormSelect>
      {http === null ? (
        <TextArea
          aria-label="Script"
          className="berth-mono"
          value={isObject(run) && typeof run.script === "string" ? run.script : ""}
          validated={validated}
          autoResize
          onChange={(_, script) => onChange({ script })}
        />
      ) : (
        <>
          <FormSelect
            aria-label="Method"
            value={typeof http.method === "string" ? http.method : "GET"}
            onChange={(_, method) => onChange({ http: { ...http, method } })}
          >
            {METHODS.map((method) => (
              <FormSelectOption key={method} value={method} label={method} />
            ))}
          </FormSelect>
          <TextInput
            aria-label="Address"
            value={typeof http.url === "string" ? http.url : ""}
            validated={validated}
            onChange={(_, url) => onChange({ http: { ...http, url } })}
          />
          <TextArea
            aria-label="Body"
            value={typeof http.body === "string" ? http.body : ""}
            autoResize
            onChange={(_, body) => {
              const { body: _body, ...rest } = http;
              onChange({ http: body === "" ? rest : { ...rest, body } });
            }}
          />
        </>
      )}
    </div>
  );
}
