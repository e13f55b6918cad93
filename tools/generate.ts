import { writeSchema } from "./gen-schema.ts";

await writeSchema();
