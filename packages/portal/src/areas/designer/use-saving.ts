import type { ClientError } from "@berth/api/client-error.ts";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useAct } from "../../api/queries.ts";
import { hrefOf } from "../../kit/paths.ts";
import { toast } from "../../kit/toasts.tsx";
import { dropDraft } from "./draft-store.ts";
import type { Designer } from "./use-designer.ts";

export interface Saving {
  readonly isBusy: boolean;
  /** Who saved meanwhile, in Berth's words; null when nobody did. */
  readonly conflict: string | null;
  save(wish: { readonly publish: boolean; readonly base?: number }): void;
  /** Shows what differs from what somebody else has saved. */
  resolve(): void;
  leave(): void;
}

/** Saves what is drawn as the next version of the one that was edited, and of no other. */
export function useSaving(designer: Designer, key: string): Saving {
  const navigate = useNavigate();
  const [conflict, setConflict] = useState<string | null>(null);
  const apply = useAct("applyTemplate");
  return {
    isBusy: apply.isPending,
    conflict,
    resolve: () => setConflict("somebody else has saved a later version"),
    leave: () => setConflict(null),
    save({ publish, base = designer.base }) {
      if (apply.isPending) return;
      const { text } = designer;
      apply.mutate(
        { body: { document: text, publish, base } },
        {
          onSuccess: ({ name, version }) => {
            setConflict(null);
            designer.saved(text, version);
            toast({ title: publish ? `Published ${name}, version ${version}` : `Saved ${name}, version ${version}` });
            if (name === key) return;
            dropDraft(key);
            void navigate({ to: hrefOf("design", name), replace: true });
          },
          onError: (error) => {
            if (isConflict(error)) setConflict(error.message);
            else toast({ title: "It was not saved", text: error.message, tone: "danger" });
          },
        },
      );
    },
  };
}

function isConflict(error: ClientError): boolean {
  return error.code === "conflict" && error.fields.some(({ field }) => field === "base");
}
