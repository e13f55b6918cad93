/** Something that an administrator says of machines that have nothing to do. */
export interface BootPolicy {
  readonly name: string;
  readonly action: "inspect" | "wait" | "disk";
  readonly macPrefix: string | null;
  readonly model: string | null;
  readonly serial: string | null;
}

export interface PolicyFacts {
  /** Of the card that boots; when nobody boots just now, of any of the machine's cards. */
  readonly macs: readonly string[];
  readonly model: string | null;
  readonly serial: string | null;
}

export interface Looked {
  readonly name: string;
  readonly isMatch: boolean;
  readonly why: string;
}

/** The first policy that matches, and what was said of each (CAP G2). The order given is the order looked at. */
export function matchPolicy(
  policies: readonly BootPolicy[],
  facts: PolicyFacts,
): { policy: BootPolicy | null; looked: readonly Looked[] } {
  const looked = policies.map((policy) => {
    const mismatch = mismatchOf(policy, facts);
    return { name: policy.name, isMatch: mismatch === null, why: mismatch ?? matchOf(policy) };
  });
  const first = looked.findIndex(({ isMatch }) => isMatch);
  return { policy: policies[first] ?? null, looked };
}

function mismatchOf({ macPrefix, model, serial }: BootPolicy, facts: PolicyFacts): string | null {
  // Whole bytes only: 52:5 is no beginning of 52:54.
  if (macPrefix !== null && !facts.macs.some((mac) => mac === macPrefix || mac.startsWith(`${macPrefix}:`)))
    return `no card of it begins with ${macPrefix}`;
  if (model !== null && facts.model?.toLowerCase() !== model.toLowerCase())
    return `it is ${facts.model === null ? "of no known model" : `a ${facts.model}`}, not a ${model}`;
  if (serial !== null && facts.serial !== serial) return `its serial number is ${facts.serial ?? "not known"}`;
  return null;
}

function matchOf({ macPrefix, model, serial }: BootPolicy): string {
  const parts = [
    ...(macPrefix === null ? [] : [`a card begins with ${macPrefix}`]),
    ...(model === null ? [] : [`it is a ${model}`]),
    ...(serial === null ? [] : [`its serial number is ${serial}`]),
  ];
  return parts.length === 0 ? "it asks for nothing: every machine matches" : parts.join(", ");
}
