const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The column that a reference in a path means: names never look like an id. */
export function refColumn(idOrName: string): "id" | "name" {
  return UUID.test(idOrName) ? "id" : "name";
}
