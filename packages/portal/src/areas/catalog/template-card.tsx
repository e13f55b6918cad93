import { Card, CardBody, CardFooter, CardTitle, Skeleton } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { type ItemOf, useApi } from "../../api/queries.ts";
import { LayoutPicture } from "../../kit/layout-picture.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { money } from "../../kit/money.ts";
import { hrefOf } from "../../kit/paths.ts";
import { beginning, readNotes } from "./notes-rules.ts";
import { useUsualQuote } from "./use-quote.ts";

const MOST_TEXT = 160;

export function TemplateCard({ template }: { readonly template: ItemOf<"listTemplates"> }) {
  const detail = useApi("getTemplate", { params: { name: template.name } });
  const document = detail.data?.document;
  const notes = readNotes(document?.metadata.notes);
  return (
    <Card className="berth-catalog__card">
      <div className="berth-catalog__picture">
        {document === undefined ? (
          <Skeleton height="7rem" screenreaderText="The picture is being drawn" />
        ) : (
          <LayoutPicture title={template.title} spec={document.spec} />
        )}
      </div>
      <CardTitle component="h2">
        <Link to={hrefOf("template", template.name)}>{template.title}</Link>
      </CardTitle>
      <CardBody className="berth-catalog__text">
        <p>{beginning(notes.about[0] ?? "The designer has left no notes.", MOST_TEXT)}</p>
        {notes.sizing !== null && (
          <p className="berth-muted">
            <strong>Meant for:</strong> {beginning(notes.sizing, MOST_TEXT)}
          </p>
        )}
      </CardBody>
      <CardFooter className="berth-catalog__foot">
        <CardPrice name={template.name} />
        <LinkButton to={`${hrefOf("template", template.name)}/request`} aria-label={`Request ${template.title}`}>
          Request
        </LinkButton>
      </CardFooter>
    </Card>
  );
}

/** What a day costs, and whether it could begin today. */
function CardPrice({ name }: { readonly name: string }) {
  const quote = useUsualQuote(name);
  if (quote.data === undefined && quote.error === null)
    return <Skeleton width="7rem" screenreaderText="Asking the price" />;
  if (quote.data === undefined) return <span className="berth-muted">No price: {quote.error?.message}</span>;
  const { price, fits } = quote.data;
  return (
    <span>
      <strong className="berth-catalog__price">{money(price.perDay, price.currency)}</strong> a day
      <br />
      <span className="berth-muted">{fits ? "Free today" : "Not free today"}</span>
    </span>
  );
}
