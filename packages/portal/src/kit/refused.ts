/** Verb → why not, where the API says so. */
export function refusedOf(subject: object): Readonly<Record<string, string>> {
  return (subject as { refused?: Readonly<Record<string, string>> }).refused ?? {};
}
