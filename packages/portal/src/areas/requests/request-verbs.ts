import type { Verb } from "../../kit/actions.tsx";
import { hrefOf } from "../../kit/paths.ts";
import type { Request } from "./story-rules.ts";

/** All that can be done with a request; which of it just now, the API says. */
export function requestVerbs(request: Request, go: (href: string) => void): Verb[] {
  const params = { id: request.id };
  // Buttons for what can be done; all else is in the menu, with its reason.
  const isOpen = (verb: string) => ({ verb, primary: request.allowed.includes(verb) });
  return [
    { ...isOpen("approve"), label: "Approve", operation: "approveRequest", input: { params, body: {} } },
    {
      ...isOpen("reject"),
      label: "Reject",
      operation: "rejectRequest",
      input: { params, body: {} },
      form: true,
    },
    {
      ...isOpen("withdraw"),
      label: "Withdraw",
      operation: "withdrawRequest",
      input: { params, body: {} },
      danger: true,
      lost: `What it holds: ${request.reserved.map((server) => server.name).join(", ")}.`,
      kept: "The request with its story; you can ask for the same again.",
    },
    {
      ...isOpen("retry"),
      label: "Ask again",
      operation: "retryRequest",
      input: { params, body: {} },
      form: true,
      onDone: (answer) => go(hrefOf("request", (answer as Request).id)),
    },
  ];
}
