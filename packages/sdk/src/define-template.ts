import type { TemplateDocument } from "@berth/api/template-document.ts";
import type { z } from "zod";

/** A service template as people write it: what has a default may be left out. */
export type TemplateInput = z.input<typeof TemplateDocument>;

/** Gives a template its type, so that an editor completes and checks it while it is written. */
export function defineTemplate(template: TemplateInput): TemplateInput {
  return template;
}
