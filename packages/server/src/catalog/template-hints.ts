import type { Template } from "./template.ts";
import type { FoundProblem } from "./template-rules.ts";

/** What is right and good to know, before somebody finds it out by surprise. */
export function hintsOf(template: Template): FoundProblem[] {
  return template.groups.flatMap((group, g) => [
    ...group.nics.flatMap((nic, n): FoundProblem[] => {
      if (nic.mode !== "static") return [];
      const path = ["spec", "groups", g, "nics", n, "address"];
      const message = `${nic.address} is a static address, so one service of this template can be deployed at a time`;
      return [{ code: "once", path, message }];
    }),
    ...localeHints(template, g),
  ]);
}

/** Which locales an image holds shows only in the running system: Debian's own minimal ones hold C.UTF-8 alone. */
function localeHints(template: Template, g: number): FoundProblem[] {
  const group = template.groups[g];
  const locale = group?.os?.locale ?? null;
  if (group === undefined || locale === null || locale === "C.UTF-8") return [];
  const path = ["spec", "groups", g, "os"];
  const message = `image ${group.image} must hold the definition of ${locale}; the image that Berth builds holds C.UTF-8 only`;
  return [{ code: "locale", path, message }];
}
