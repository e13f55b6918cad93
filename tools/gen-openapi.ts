import { contract } from "@berth/api/contract.ts";
import { openApiDocument } from "@berth/api/openapi.ts";

/** The contract as an OpenAPI document, checked in so that a change of it shows in reviews. */
export async function describeContract(): Promise<{ file: URL; text: string }[]> {
  const file = new URL("../docs/openapi.json", import.meta.url);
  return [{ file, text: `${JSON.stringify(openApiDocument(contract), null, 2)}\n` }];
}
