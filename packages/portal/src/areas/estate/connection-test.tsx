import type { AnyInput } from "@berth/api/client.ts";
import { Alert, Button, Card, CardBody, CardTitle } from "@patternfly/react-core";
import { type InputOf, type OutputOf, useAct } from "../../api/queries.ts";
import { State } from "../../kit/state.tsx";
import { labelOf } from "../../kit/state-rules.ts";
import "./estate.css";

type Wish = InputOf<"testProvider">["body"];
type Result = OutputOf<"testProvider">;

/** Beside a form: connects with what is typed by now, and says role by role what works. Nothing is kept. */
export function ConnectionTest({ input, choicesAre }: { readonly input: AnyInput; readonly choicesAre: string }) {
  const test = useAct("testProvider");
  const { provider, site, settings, systemId, storagePool } = (input.body ?? {}) as Partial<Wish>;
  const isReady = provider !== undefined && site !== undefined;
  const ask = () => {
    if (provider === undefined || site === undefined) return;
    const which = {
      ...(systemId === undefined ? {} : { systemId }),
      ...(storagePool === undefined ? {} : { storagePool }),
    };
    test.mutate({ body: { provider, site, settings: settings ?? {}, ...which } });
  };
  return (
    <Card component="section" isCompact>
      <CardTitle component="h2">Test the connection</CardTitle>
      <CardBody>
        <div className="berth-stack">
          <p className="berth-muted">
            Connects with what is typed here and reads what is there. Nothing is changed, and nothing is kept.
          </p>
          <Button variant="secondary" isDisabled={!isReady} isLoading={test.isPending} onClick={ask}>
            Test connection
          </Button>
          {!isReady && <p className="berth-muted">Choose a site and a provider first.</p>}
          {test.error !== null && (
            <Alert isInline variant="danger" title={test.error.message} component="h3">
              <ul>
                {test.error.fields.map(({ field, message }) => (
                  <li key={`${field} ${message}`}>
                    {field}: {message}
                  </li>
                ))}
              </ul>
            </Alert>
          )}
          {test.data !== undefined && test.error === null && <Outcome result={test.data} choicesAre={choicesAre} />}
        </div>
      </CardBody>
    </Card>
  );
}

const TONES = { works: "good", fails: "bad", untested: "waiting", absent: "idle" } as const;

function Outcome({ result, choicesAre }: { readonly result: Result; readonly choicesAre: string }) {
  const { works, summary, choices, roles, tookMs } = result;
  return (
    <>
      <Alert
        isInline
        variant={works ? "success" : "danger"}
        title={works ? "It works" : "It does not work"}
        component="h3"
      >
        {summary}
      </Alert>
      {choices.length > 0 && (
        <p>
          {choicesAre}: {choices.join(", ")}
          {choices.length > 1 && ". Say which one you mean."}
        </p>
      )}
      {roles.length > 0 && (
        <table className="estate-roles" aria-label={`Roles, looked at in ${tookMs} ms`}>
          <tbody>
            {roles
              .filter(({ state }) => state !== "absent")
              .map(({ role, state, says }) => (
                <tr key={role}>
                  <th scope="row">{labelOf(role)}</th>
                  <td>
                    <State value={state} tone={TONES[state]} />
                  </td>
                  <td>{says}</td>
                </tr>
              ))}
          </tbody>
        </table>
      )}
    </>
  );
}
