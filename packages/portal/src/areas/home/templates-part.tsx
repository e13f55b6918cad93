import { useApi } from "../../api/queries.ts";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { When } from "../../kit/when.tsx";

const MOST = 8;

/** Templates for those who draw them, drafts first. */
export function TemplatesPart() {
  const templates = useApi("listTemplates", { query: { limit: 100 } });
  return (
    <Panel
      title="Templates"
      actions={
        <LinkButton to="/designer" variant="link">
          Designer
        </LinkButton>
      }
    >
      <Loaded query={templates}>
        {({ items }) => {
          if (items.length === 0) return <p className="berth-muted">None yet. Draw the first one in the designer.</p>;
          const sorted = items.toSorted((a, b) => Number(a.published) - Number(b.published));
          return (
            <ul className="berth-home__rows">
              {sorted.slice(0, MOST).map((template) => (
                <li key={template.name} className="berth-home__row">
                  <div>
                    <ObjectLink kind="design" id={template.name}>
                      {template.title}
                    </ObjectLink>
                    <div className="berth-muted">
                      {`${template.name}@${template.version}, by ${template.createdBy}, `}
                      <When at={template.createdAt} />
                    </div>
                  </div>
                  <State value={template.published ? "published" : "draft"} />
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}
