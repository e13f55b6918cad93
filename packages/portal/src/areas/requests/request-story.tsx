import { Card, CardBody, CardTitle } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { Facts } from "../../kit/facts.tsx";
import { endOfLease } from "../../kit/lease-words.ts";
import { ObjectLink } from "../../kit/link.tsx";
import { money } from "../../kit/money.ts";
import { PriceTable } from "../../kit/price-table.tsx";
import { useNow, When } from "../../kit/when.tsx";
import { type ChapterBody, ChapterList } from "./chapter-list.tsx";
import { DeploymentChapter } from "./deployment-chapter.tsx";
import { ReservedTable } from "./reserved-table.tsx";
import { type Chapter, countOfServers, holdings, type Request, storyOf } from "./story-rules.ts";

const MINUTE_MS = 60_000;

/** Everything about a request in the order in which it happened, and what it asked for beside it. */
export function RequestStory({ request }: { readonly request: Request }) {
  const now = useNow(MINUTE_MS);
  const chapters = storyOf(request, new Date(now));
  return (
    <div className="berth-request">
      <Card>
        <CardBody>
          <ChapterList chapters={chapters} bodyOf={(chapter) => bodyOf(chapter, request)} />
        </CardBody>
      </Card>
      <div className="berth-stack">
        <Card>
          <CardTitle component="h2">What was asked for</CardTitle>
          <CardBody>
            <Facts
              columns={1}
              items={[
                ["Service", <ServiceLink key="service" request={request} />],
                ["Template", <ObjectLink key="template" kind="template" id={request.template} />],
                ["Completion", request.completion],
                ["Pool", request.pool],
                ["From", <When key="from" at={request.startsAt} exact />],
                ["Until", <When key="until" at={request.endsAt} exact />],
                ["At the end", endOfLease(request.leasePolicy)],
                ["After a failure", request.onFailure === "park" ? "stop and wait for a person" : "undo everything"],
                ["Told by mail", request.email],
                ["Project", request.project],
              ]}
            />
          </CardBody>
        </Card>
        <Card>
          <CardTitle component="h2">Price</CardTitle>
          <CardBody>
            <PriceTable price={request.price} />
          </CardBody>
        </Card>
      </div>
    </div>
  );
}

const MADE: readonly Request["state"][] = ["active", "deploying", "parked"];

function ServiceLink({ request }: { readonly request: Request }): ReactNode {
  return MADE.includes(request.state) ? (
    <ObjectLink kind="service" id={request.serviceId}>
      {request.service}
    </ObjectLink>
  ) : (
    request.service
  );
}

function bodyOf(chapter: Chapter, request: Request): ChapterBody {
  switch (chapter.id) {
    case "asked":
      return { text: askedText(request) };
    case "priced": {
      const { perDay, total, days, currency } = request.price;
      return {
        text: `${money(perDay, currency)} a day, ${money(total, currency)} for ${days} ${days === 1 ? "day" : "days"}.`,
      };
    }
    case "reserved":
      return {
        text: `${countOfServers(holdings(request.reserved))} in the pool ${request.pool}, before anyone was asked.`,
        more: <ReservedTable reserved={request.reserved} />,
        moreTitle: "What and where",
      };
    case "decided":
      return { text: decisionText(request) };
    case "start":
      return { text: "It deploys by itself then." };
    case "deployed":
      return { text: null, content: <DeploymentChapter request={request} /> };
    case "result":
      return { text: resultText(request) };
  }
}

function askedText(request: Request): string {
  if (request.kind === "extension") return `By ${request.requester}: a longer lease for ${request.service}.`;
  return `By ${request.requester}, as ${request.service} from the template ${request.template}.`;
}

function decisionText(request: Request): string {
  const { rule, outcome, waitsFor } = request.approval;
  const byRule = rule === null ? "" : ` The rule ${rule} says ${RULE_WORDS[outcome]}.`;
  if (request.state === "waiting")
    return `${waitsFor === null ? "An approver has been asked" : `Waits for ${waitsFor}`}. Everything stays reserved until then.${byRule}`;
  const by = request.decidedBy === null ? "" : `By ${request.decidedBy}.`;
  const isRefused = request.state === "rejected" || request.state === "withdrawn";
  return `${by}${isRefused && request.reason !== null ? ` ${request.reason}` : ""}${byRule}`.trim();
}

const RULE_WORDS = {
  approve: "that such requests are approved by themselves",
  ask: "that people are asked",
  webhook: "that an outside tool is asked",
} as const;

/** Why it failed stands where it failed. */
function resultText(request: Request): string | null {
  return request.state === "active" && request.kind === "service" ? `The service ${request.service} runs.` : null;
}
