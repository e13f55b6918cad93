import type { ClientError } from "@berth/api/client-error.ts";
import { applyChange, EMPTY_TREE, type OperationTree } from "@berth/api/operation-tree.ts";
import { useEffect, useMemo, useState } from "react";
import { api } from "../../api/client.ts";
import type { OutputOf } from "../../api/queries.ts";

export interface LiveTree {
  readonly tree: OperationTree;
  readonly error: ClientError | null;
}

/** An operation and all below it, followed until it ends; the client goes on by itself after a lost connection. */
export function useOperation(operation: OutputOf<"getOperation">): LiveTree {
  const { id, ended } = operation;
  const [live, setLive] = useState<OperationTree | null>(null);
  const [error, setError] = useState<ClientError | null>(null);
  useEffect(() => {
    // What has ended stays as it is; what was retried goes on, and is followed anew.
    if (ended) return;
    const enough = new AbortController();
    const follow = async () => {
      let tree = EMPTY_TREE;
      for await (const change of api.watchOperation({ params: { id }, signal: enough.signal })) {
        tree = applyChange(tree, change);
        setLive(tree);
      }
    };
    setError(null);
    follow().catch((cause: ClientError) => {
      if (!enough.signal.aborted) setError(cause);
    });
    return () => enough.abort();
  }, [id, ended]);
  const asked = useMemo(() => applyChange(EMPTY_TREE, operation), [operation]);
  return { tree: ended ? asked : (live ?? asked), error };
}
