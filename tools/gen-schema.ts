import pg from "pg";
import { createTestDb } from "../packages/server/src/kernel/db/test-db.ts";

const TABLES_FILE = new URL("../packages/server/src/kernel/db/tables.ts", import.meta.url);
const SCHEMA_FILE = new URL("../docs/schema.md", import.meta.url);

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly always: boolean;
  readonly defaultText: string | null;
}

interface Rule {
  readonly table: string;
  readonly text: string;
}

/** What `./berth gen` writes about the database, as text by file. Reads the catalogs of a migrated throwaway one. */
export async function describeSchema(
  options: { blocks?: readonly string[] } = {},
): Promise<{ file: URL; text: string }[]> {
  const test = await createTestDb(options);
  const client = new pg.Client({ connectionString: test.url });
  await client.connect();
  try {
    const columns = await readColumns(client);
    const rules = [...(await readConstraints(client)), ...(await readIndexes(client))];
    const triggers = await readTriggers(client);
    return [
      { file: TABLES_FILE, text: tablesFile(columns) },
      { file: SCHEMA_FILE, text: schemaPage(columns, rules, triggers) },
    ];
  } finally {
    await client.end();
    await test.drop();
  }
}

const OURS = "n.nspname = 'public' and c.relkind in ('r', 'p')";

async function readColumns(client: pg.Client): Promise<Column[]> {
  const result = await client.query<Column>(`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      not a.attnotnull as nullable, (d.adbin is not null or a.attidentity <> '') as "hasDefault",
      (a.attidentity = 'a' or a.attgenerated <> '') as always, pg_get_expr(d.adbin, d.adrelid) as "defaultText"
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where ${OURS} and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum`);
  return result.rows;
}

async function readConstraints(client: pg.Client): Promise<Rule[]> {
  const result = await client.query<Rule>(`
    select c.relname as "table", k.conname || ': ' || pg_get_constraintdef(k.oid) as text
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where ${OURS} and k.contype <> 'n' order by c.relname, k.contype, k.conname`);
  return result.rows;
}

async function readIndexes(client: pg.Client): Promise<Rule[]> {
  const result = await client.query<Rule>(`
    select c.relname as "table", pg_get_indexdef(i.indexrelid) as text
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where ${OURS} and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
    order by c.relname, i.indexrelid::regclass::text`);
  return result.rows;
}

async function readTriggers(client: pg.Client): Promise<Rule[]> {
  const result = await client.query<Rule>(`
    select c.relname as "table", pg_get_triggerdef(t.oid) as text
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${OURS} and not t.tgisinternal order by c.relname, t.tgname`);
  return result.rows;
}

/** PostgreSQL's types as node-postgres reads them (kernel/db/db.ts sets the parsers). */
function baseType(type: string): string {
  const name = type.replace(/\(.*\)/, "");
  if (name.endsWith("[]")) return `${baseType(name.slice(0, -2))}[]`;
  switch (name) {
    case "boolean":
      return "boolean";
    case "smallint":
    case "integer":
    case "bigint":
    case "real":
    case "double precision":
      return "number";
    case "jsonb":
    case "json":
      return "Json";
    case "bytea":
      return "Buffer";
    case "timestamp with time zone":
      return "Timestamp";
    default:
      // text, uuid, inet, cidr, macaddr, ranges, numeric, xid8: as PostgreSQL writes them.
      return "string";
  }
}

function columnType(column: Column): string {
  const type = baseType(column.type);
  const read = column.nullable ? `${type} | null` : type;
  if (column.always) return `GeneratedAlways<${read}>`;
  return column.hasDefault ? `Generated<${read}>` : read;
}

function tablesFile(columns: readonly Column[]): string {
  const tables = [...Map.groupBy(columns, (c) => c.table)];
  const body = tables.map(
    ([table, own]) =>
      `export interface ${pascal(table)}Table {\n${own.map((c) => `  ${c.name}: ${columnType(c)};`).join("\n")}\n}\n`,
  );
  return `// Written by \`./berth gen\` from the catalogs of a migrated database. Do not edit.
import type { ColumnType, GeneratedAlways } from "kysely";

type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;
/** Read as parsed JSON; written as a JSON text (\`JSON.stringify\`), so that arrays and strings stay JSON. */
export type Json = ColumnType<unknown, string, string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;

${body.join("\n")}
export interface Tables {
${tables.map(([table]) => `  ${table}: ${pascal(table)}Table;`).join("\n")}
}
`;
}

function schemaPage(columns: readonly Column[], rules: readonly Rule[], triggers: readonly Rule[]): string {
  const sections = [...Map.groupBy(columns, (c) => c.table)].map(([table, own]) => {
    const rows = own.map(
      (c) =>
        `| ${c.name} | ${c.type} | ${c.nullable ? "yes" : ""} | ${cell(c.defaultText ?? (c.hasDefault ? "identity" : ""))} |`,
    );
    const notes = [...rules, ...triggers]
      .filter((r) => r.table === table)
      .map((r) => `- \`${r.text.replaceAll("public.", "")}\``);
    return `## ${table}\n\n| column | type | null | default |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n\n${notes.join("\n")}\n`;
  });
  return `# The database\n\nWritten by \`./berth gen\` from the catalogs of a migrated database. The workflow engine's own tables (schema \`dbos\`) are not shown.\n\n${sections.join("\n")}`;
}

function cell(text: string): string {
  return text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``;
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
