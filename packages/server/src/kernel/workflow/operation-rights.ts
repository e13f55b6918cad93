import type { RawBuilder } from "kysely";
import type { Actor } from "../http/handler.ts";

/**
 * Who may do what with operations, as conditions over `operation`: whose they are follows from what they are about, and
 * that is known above the kernel.
 */
export interface OperationRights {
  seen(actor: Actor): RawBuilder<boolean>;
  /** Retry, roll back, accept, cancel. */
  operated(actor: Actor): RawBuilder<boolean>;
  /** The same by a role, not by owning what it is about. */
  commanded(actor: Actor): RawBuilder<boolean>;
}
