import { useNavigate } from "@tanstack/react-router";
import { useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { Why } from "../../kit/why.tsx";
import { RequestStory } from "./request-story.tsx";
import { requestVerbs } from "./request-verbs.ts";
import "./requests.css";

const CRUMBS = [{ title: "Requests", to: "/requests" }];

/** One request with its whole story. */
export function RequestPage() {
  const id = useParam("id");
  const navigate = useNavigate();
  const request = useApi("getRequest", { params: { id } });
  const found = request.data;
  return (
    <Page
      title={found?.service ?? id}
      crumbs={CRUMBS}
      badge={found === undefined ? undefined : <State value={found.state} />}
      subtitle={found === undefined ? undefined : `Request of ${found.requester} for ${found.template}`}
      actions={
        found === undefined ? undefined : (
          <>
            <Why kind="request" id={found.id} />
            <Actions
              subject={{ kind: "request", name: found.service }}
              allowed={found.allowed}
              refused={found.refused}
              verbs={requestVerbs(found, (href) => void navigate({ to: href }))}
            />
          </>
        )
      }
    >
      <Loaded query={request}>{(one) => <RequestStory request={one} />}</Loaded>
    </Page>
  );
}
