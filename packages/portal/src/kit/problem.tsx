import type { ClientError } from "@berth/api/client-error.ts";
import { Alert, Spinner } from "@patternfly/react-core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Empty } from "./empty.tsx";

/** Why a call was refused or failed, with everything that the answer says. */
export function ProblemNote({ error, title }: { readonly error: ClientError; readonly title?: string }) {
  return (
    <Alert variant="danger" isInline title={title ?? titleOf(error)} component="h2">
      <p>{error.message}</p>
      {error.reasons.length > 0 && (
        <ul className="berth-reasons">
          {error.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {error.code === "internal" && error.requestId !== null && (
        <p className="berth-muted">The controller's log has it under {error.requestId}.</p>
      )}
    </Alert>
  );
}

function titleOf(error: ClientError): string {
  switch (error.code) {
    case "precondition_failed":
      return "Somebody else has changed it in the meantime";
    case "conflict":
      return "Not as things are now";
    case "forbidden":
      return "Not allowed";
    case "insufficient_capacity":
      return "There is not enough room";
    case "invalid_request":
      return "Something in it is wrong";
    case "unreachable":
    case "unavailable":
      return "No answer from Berth";
    default:
      return "It did not work";
  }
}

export interface LoadedProps<T> {
  readonly query: UseQueryResult<T, ClientError>;
  readonly children: (data: T) => ReactNode;
}

/** What a query has brought; until then a sign of life, and what went wrong instead. */
export function Loaded<T>({ query, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null && query.error.code === "not_found")
    return <Empty title="Not here" text="It does not exist, has been removed, or is not yours to see." />;
  if (query.error !== null) return <ProblemNote error={query.error} />;
  return (
    <div className="berth-loading-area">
      <Spinner size="lg" aria-label="Loading" />
    </div>
  );
}
