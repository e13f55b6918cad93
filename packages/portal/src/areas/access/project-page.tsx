import { useNavigate } from "@tanstack/react-router";
import { useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { LinkButton, useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { ACCESS } from "./access-tabs.tsx";
import { GrantsPanel } from "./grants-panel.tsx";

const CRUMBS = [ACCESS, { title: "Projects", to: "/access/projects" }];

export function ProjectPage() {
  const name = useParam("id");
  const navigate = useNavigate();
  const project = useApi("getProject", { params: { name } });
  return (
    <Loaded query={project}>
      {(data) => (
        <Page
          title={data.name}
          crumbs={CRUMBS}
          subtitle={data.notes ?? undefined}
          actions={
            <>
              <LinkButton to={`/access/edit/project/${encodeURIComponent(data.name)}`} variant="secondary">
                Edit
              </LinkButton>
              <Actions
                subject={{ kind: "project", name: data.name }}
                allowed={["delete"]}
                verbs={[
                  {
                    verb: "delete",
                    label: "Delete",
                    operation: "deleteProject",
                    input: { params: { name: data.name } },
                    danger: true,
                    primary: false,
                    kept: "While it has services that are not retired, this is refused.",
                    lost: "The roles on it; retired services forget that they belonged to it.",
                    onDone: () => void navigate({ to: "/access/projects" }),
                  },
                ]}
              />
            </>
          }
        >
          <GrantsPanel query={{ project: data.name }} title="Who has a role on it" add={{ project: data.name }} />
        </Page>
      )}
    </Loaded>
  );
}
