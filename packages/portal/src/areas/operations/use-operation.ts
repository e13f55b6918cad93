import type { ClientError } from "@berth/api/client-error.ts";
import { applyChange, EMPTY_TREE, type OperationTree } from "@berth/api/operation-tree.ts";
import { useEffect, useState } from "react";
import { api } from "../../api/client.ts";

export interface LiveTree {
  readonly tree: OperationTree;
  /** Null until the first answer. */
  readonly rootId: string | null;
  readonly error: ClientError | null;
}

const NOTHING: LiveTree = { tree: EMPTY_TREE, rootId: null, error: null };

/** An operation and all below it, followed until it ends; the client goes on by itself after a lost connection. */
export function useOperation(id: string, state: string | undefined): LiveTree {
  const [live, setLive] = useState<LiveTree>(NOTHING);
  // An operation that had ended goes on when it is retried.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state is why it is followed anew
  useEffect(() => {
    const enough = new AbortController();
    const follow = async () => {
      let tree = EMPTY_TREE;
      for await (const change of api.watchOperation({ params: { id }, signal: enough.signal })) {
        tree = applyChange(tree, change);
        const rootId = change.operations.length > 0 ? rootOf(tree) : null;
        setLive((before) => ({ tree, rootId: before.rootId ?? rootId, error: null }));
      }
    };
    follow().catch((error: ClientError) => {
      if (!enough.signal.aborted) setLive((before) => ({ ...before, error }));
    });
    return () => enough.abort();
  }, [id, state === undefined]);
  return live;
}

/** The one whose parent is not in the tree. */
function rootOf(tree: OperationTree): string | null {
  for (const operation of tree.operations.values())
    if (operation.parentId === null || !tree.operations.has(operation.parentId)) return operation.id;
  return null;
}
