import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import type { House } from "./house.ts";

/** The head of an OpenSSH private key, as PEM and as its base64 begins. */
const PRIVATE_KEY = ["OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEA"];

/** Secrets found in the clear where none may be (SAFETY 12): in any row of any table, or in a controller's log. */
export async function canaries(house: House): Promise<string[]> {
  const passwords = house.lab.enclosures.flatMap(({ blades }) => blades.map((blade) => blade.password));
  const secrets = [...new Set([...passwords, ...PRIVATE_KEY])];
  return [...(await inTables(house, secrets)), ...(await inLogs(house, secrets))];
}

async function inTables(house: House, secrets: readonly string[]): Promise<string[]> {
  const { db } = house.db;
  const tables = await sql<{ schema: string; name: string }>`
    select schemaname as schema, tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(db);
  const found: string[] = [];
  for (const { schema, name } of tables.rows) {
    for (const [index, secret] of secrets.entries()) {
      const hits = await sql<{ count: number }>`
        select count(*)::int as count from ${sql.id(schema, name)} t where strpos(t::text, ${secret}) > 0`.execute(db);
      if (hits.rows[0]?.count !== 0) found.push(`secret ${index} stands in table ${schema}.${name}`);
    }
  }
  return found;
}

async function inLogs(house: House, secrets: readonly string[]): Promise<string[]> {
  const logs = (await readdir(house.dir)).filter((name) => name.startsWith("controller-"));
  const found: string[] = [];
  for (const name of logs) {
    const text = await readFile(join(house.dir, name), "utf8");
    for (const [index, secret] of secrets.entries())
      if (text.includes(secret)) found.push(`secret ${index} stands in ${name}`);
  }
  return found;
}
