import type { Db } from "../kernel/db/db.ts";
import type { TemplateProblem } from "./document.ts";
import { serversByKind } from "./price-actions.ts";
import { type Price, priceOf } from "./price-rules.ts";
import { readPriceList } from "./price-store.ts";
import { readTemplate, templateOf } from "./read-template.ts";
import { hintsOf } from "./template-hints.ts";
import { missingParts } from "./template-publish.ts";

export interface Validation {
  readonly valid: boolean;
  readonly publishable: boolean;
  /** Everything that is wrong; empty when the text could be applied. */
  readonly items: readonly TemplateProblem[];
  /** What stops publishing, or is good to know. */
  readonly hints: readonly TemplateProblem[];
  /** Null while the fields themselves are not right. */
  readonly price: Price | null;
}

export async function validateTemplate(db: Db, wish: { document: string; days: number }): Promise<Validation> {
  const read = readTemplate(wish.document);
  const problems = "problems" in read ? read.problems : [];
  if (read.document === null) return { ...NOTHING_MORE, items: problems };
  const { list } = await readPriceList(db);
  const designed = templateOf(read.document);
  const price = priceOf(list, designed, wish.days, serversByKind(designed));
  if ("problems" in read) return { ...NOTHING_MORE, items: problems, price };
  const missing = await missingParts(db, read.template);
  const hints = [...missing, ...hintsOf(read.template)].map(read.placed);
  return { valid: true, publishable: missing.length === 0, items: [], hints, price };
}

const NOTHING_MORE = { valid: false, publishable: false, hints: [], price: null };
