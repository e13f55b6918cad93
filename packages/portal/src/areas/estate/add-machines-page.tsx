import {
  Alert,
  Button,
  FileUpload,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
} from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { type OutputOf, useAct } from "../../api/queries.ts";
import { Page } from "../../kit/page.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { ProblemNote } from "../../kit/problem.tsx";
import { CodeText, ShowCodeButton } from "../../kit/show-code.tsx";
import { EXAMPLE, type LineProblem, parseMachines } from "./bulk-rules.ts";
import { ESTATE } from "./estate-page.tsx";
import { countOf } from "./topology-rules.ts";
import "./estate.css";

const CRUMBS = [ESTATE, { title: "Machines", to: "/estate/machines" }];

/** Enrols many machines out of a table that is pasted or uploaded; each is answered for by itself. */
export function AddMachinesPage() {
  const id = useId();
  const [text, setText] = useState("");
  const [filename, setFilename] = useState("");
  const enrol = useAct("createMachines");
  const { items, problems } = parseMachines(text);
  const input = { body: { items: [...items] } };
  return (
    <Page title="Add many machines" crumbs={CRUMBS}>
      <div className="berth-stack">
        <FormGroup label="Machines, as a table" fieldId={id}>
          <FileUpload
            id={id}
            type="text"
            aria-label="Machines, as a table"
            value={text}
            filename={filename}
            filenamePlaceholder="Drop a CSV file here, or paste below"
            browseButtonText="Choose a file"
            onFileInputChange={(_, file) => setFilename(file.name)}
            onDataChange={(_, data) => setText(data)}
            onTextChange={(_, typed) => setText(typed)}
            onClearClick={() => {
              setText("");
              setFilename("");
            }}
          />
          <FormHelperText>
            <HelperText>
              <HelperTextItem>
                The first line names the columns: name, site and provider are needed; enclosure, bay and systemId are
                not; all others are settings of the provider. Commas, semicolons or tabs between them.
              </HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
        {text === "" && <CodeText text={EXAMPLE} label="An example" />}
        {problems.length > 0 && <LineProblems problems={problems} />}
        {enrol.error !== null && <ProblemNote error={enrol.error} />}
        <div className="berth-actions">
          <Button
            isDisabled={items.length === 0 || problems.length > 0 || enrol.isPending}
            isLoading={enrol.isPending}
            onClick={() => enrol.mutate(input)}
          >
            {items.length === 0 ? "Add machines" : `Add ${countOf(items.length, "machine")}`}
          </Button>
          <ShowCodeButton operation="createMachines" input={input} />
        </div>
        {enrol.data !== undefined && <Outcome items={enrol.data.items} />}
      </div>
    </Page>
  );
}

function LineProblems({ problems }: { readonly problems: readonly LineProblem[] }) {
  return (
    <Alert isInline variant="danger" title="Some lines can't be read" component="h2">
      <ul>
        {problems.map(({ line, message }) => (
          <li key={`${line} ${message}`}>
            Line {line} {message}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Outcome({ items }: { readonly items: OutputOf<"createMachines">["items"] }) {
  const failed = items.filter(({ error }) => error !== null);
  const added = items.length - failed.length;
  return (
    <Alert
      isInline
      variant={failed.length === 0 ? "success" : "warning"}
      title={`${added} added, ${failed.length} not`}
      component="h2"
    >
      <ul>
        {failed.map(({ name, error }) => (
          <li key={name}>
            {name}: {error?.message}
          </li>
        ))}
        {items
          .filter(({ error }) => error === null)
          .map(({ name }) => (
            <li key={name}>
              <Link to={hrefOf("machine", name)}>{name}</Link> is there
            </li>
          ))}
      </ul>
    </Alert>
  );
}
