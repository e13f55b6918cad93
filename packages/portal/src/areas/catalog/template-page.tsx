import { Card, CardBody, CardTitle, Label } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { useRoles } from "../../api/session.ts";
import { Facts } from "../../kit/facts.tsx";
import { LayoutPicture } from "../../kit/layout-picture.tsx";
import { LinkButton, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { PriceTable } from "../../kit/price-table.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { When } from "../../kit/when.tsx";
import { readNotes } from "./notes-rules.ts";
import { QuoteAnswerText } from "./quote-text.tsx";
import { useUsualQuote } from "./use-quote.ts";
import "./catalog.css";

type Template = OutputOf<"getTemplate">;
const CRUMBS = [{ title: "Catalogue", to: "/catalog" }];

/** One template as its future owners see it. */
export function TemplatePage() {
  const name = useParam("name");
  const template = useApi("getTemplate", { params: { name } });
  return (
    <Page
      title={template.data?.title ?? name}
      crumbs={CRUMBS}
      badge={template.data?.published === false ? <Label color="orange">Not published</Label> : undefined}
      actions={<TemplateActions name={name} />}
    >
      <Loaded query={template}>{(found) => <TemplateBody template={found} />}</Loaded>
    </Page>
  );
}

function TemplateActions({ name }: { readonly name: string }) {
  const roles = useRoles();
  const isArchitect = roles.has("architect") || roles.has("administrator");
  return (
    <div className="berth-actions">
      {isArchitect && (
        <LinkButton to={hrefOf("design", name)} variant="secondary">
          Open in the designer
        </LinkButton>
      )}
      <LinkButton to={`${hrefOf("template", name)}/request`}>Request</LinkButton>
    </div>
  );
}

function TemplateBody({ template }: { readonly template: Template }) {
  const { document } = template;
  const notes = readNotes(document.metadata.notes);
  return (
    <div className="berth-template">
      <div className="berth-stack">
        <Card>
          <CardBody className="berth-template__picture">
            <LayoutPicture title={template.title} spec={document.spec} size="large" />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">What it is</CardTitle>
          <CardBody className="berth-stack">
            {notes.about.length === 0 && <p className="berth-muted">The designer has left no notes.</p>}
            {notes.about.map((paragraph) => (
              <p key={paragraph}>{paragraph}</p>
            ))}
            {notes.sizing !== null && (
              <p>
                <strong>Meant for:</strong> {notes.sizing}
              </p>
            )}
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Servers</CardTitle>
          <GroupTable groups={document.spec.groups} />
        </Card>
        {document.spec.hooks.length > 0 && (
          <Card>
            <CardTitle component="h2">What is set up</CardTitle>
            <HookTable hooks={document.spec.hooks} />
          </Card>
        )}
      </div>
      <div className="berth-stack">
        <UsualPrice name={template.name} />
        <Card>
          <CardTitle component="h2">About this template</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              items={[
                ["Name", template.name],
                ["Version", template.version],
                ["Servers", template.servers],
                ["Designed by", template.createdBy],
                ["Saved", <When key="saved" at={template.createdAt} />],
              ]}
            />
          </CardBody>
        </Card>
      </div>
    </div>
  );
}

function UsualPrice({ name }: { readonly name: string }) {
  const quote = useUsualQuote(name);
  return (
    <Card>
      <CardTitle component="h2">For two weeks from today</CardTitle>
      <CardBody>
        <Loaded query={quote}>
          {(answer) => (
            <div className="berth-stack">
              <QuoteAnswerText quote={answer} />
              <PriceTable price={answer.price} />
            </div>
          )}
        </Loaded>
      </CardBody>
    </Card>
  );
}

type Groups = Template["document"]["spec"]["groups"];

function GroupTable({ groups }: { readonly groups: Groups }) {
  return (
    <Table variant="compact" aria-label="Server groups">
      <Thead>
        <Tr>
          <Th>Group</Th>
          <Th>Servers</Th>
          <Th>Each, at least</Th>
          <Th>Disks</Th>
          <Th>Networks</Th>
          <Th>Image</Th>
        </Tr>
      </Thead>
      <Tbody>
        {groups.map((group) => (
          <Tr key={group.name}>
            <Td dataLabel="Group">{group.name}</Td>
            <Td dataLabel="Servers">{`${group.count} ${group.kind}`}</Td>
            <Td dataLabel="Each, at least">{`${group.cores} ${group.cores === 1 ? "core" : "cores"}, ${group.memory}`}</Td>
            <Td dataLabel="Disks">{group.disks.map((disk) => `${disk.name} ${disk.size}`).join(", ")}</Td>
            <Td dataLabel="Networks">{group.nics.map((nic) => nic.network).join(", ")}</Td>
            <Td dataLabel="Image">{group.image}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

const MOMENTS = {
  "before-create": "before the servers are made",
  "after-create": "when the servers answer",
  "before-delete": "before the servers go",
  "after-delete": "when the servers are gone",
} as const;

function HookTable({ hooks }: { readonly hooks: Template["document"]["spec"]["hooks"] }) {
  return (
    <Table variant="compact" aria-label="Hooks">
      <Thead>
        <Tr>
          <Th>Name</Th>
          <Th>When</Th>
          <Th>Where</Th>
          <Th>What</Th>
        </Tr>
      </Thead>
      <Tbody>
        {hooks.map((hook) => (
          <Tr key={hook.name}>
            <Td dataLabel="Name">{hook.name}</Td>
            <Td dataLabel="When">{MOMENTS[hook.at]}</Td>
            <Td dataLabel="Where">{hook.group ?? "once"}</Td>
            <Td dataLabel="What">{"script" in hook.run ? "a script" : "an HTTP call"}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
