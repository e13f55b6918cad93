/** What an event of `/v1/events` says: something about this subject is not as it was. */
export interface LiveEvent {
  readonly kind: string;
  readonly subjectKind: string;
  readonly subjectId: string;
}

/** Tags of the routes whose answers an event may have changed; null for all of them. */
export function tagsTouched(event: LiveEvent): readonly string[] | null {
  // The steps of an operation are on its own page and nowhere else.
  if (event.kind.startsWith("step.")) return ["operations"];
  // Beginning or ending, it may have changed whatever it is about.
  return null;
}

/** Of many events at once, the tags of all. */
export function mergeTags(touched: readonly (readonly string[] | null)[]): ReadonlySet<string> | null {
  if (touched.includes(null)) return null;
  return new Set(touched.flatMap((tags) => tags ?? []));
}
