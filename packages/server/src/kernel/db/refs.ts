const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a caller named an object by: names never look like an id. */
export function refColumn(idOrName: string): "id" | "name" {
  return UUID.test(idOrName) ? "id" : "name";
}
