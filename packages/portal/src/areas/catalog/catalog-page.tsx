import { SearchInput } from "@patternfly/react-core";
import { useState } from "react";
import { useApi } from "../../api/queries.ts";
import { useRoles } from "../../api/session.ts";
import { Empty } from "../../kit/empty.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { TemplateCard } from "./template-card.tsx";
import "./catalog.css";

const MOST = 200;

/** What the caller may ask for. */
export function CatalogPage() {
  const [search, setSearch] = useState("");
  const templates = useApi("listTemplates", { query: { published: "true", limit: MOST } });
  const isArchitect = useMayDesign();
  return (
    <Page
      title="Catalogue"
      subtitle="Services that you can ask for. Everything they need is reserved at once, before anyone approves."
      actions={
        isArchitect ? (
          <LinkButton to="/designer" variant="secondary">
            Draw a template
          </LinkButton>
        ) : undefined
      }
    >
      <Loaded query={templates}>
        {({ items }) => {
          const found = items.filter((item) =>
            `${item.name} ${item.title}`.toLowerCase().includes(search.toLowerCase()),
          );
          if (items.length === 0) return <NothingPublished isArchitect={isArchitect} />;
          return (
            <div className="berth-stack">
              <SearchInput
                className="berth-catalog__search"
                aria-label="Find a template"
                placeholder="Find by name"
                value={search}
                onChange={(_, value) => setSearch(value)}
                onClear={() => setSearch("")}
              />
              {found.length === 0 && <Empty title="No template of that name" text="Another word may find it." />}
              <ul className="berth-catalog" aria-label="Templates">
                {found.map((template) => (
                  <li key={template.name}>
                    <TemplateCard template={template} />
                  </li>
                ))}
              </ul>
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function useMayDesign(): boolean {
  const roles = useRoles();
  return roles.has("architect") || roles.has("administrator");
}

function NothingPublished({ isArchitect }: { readonly isArchitect: boolean }) {
  if (!isArchitect)
    return <Empty title="Nothing is published yet" text="An architect publishes templates; ask for what you need." />;
  return (
    <Empty
      title="Nothing is published yet"
      text="Draw a template in the designer and publish it, or apply one that ships with Berth."
      action={<LinkButton to="/designer">Open the designer</LinkButton>}
    />
  );
}
