import { resetAdministrator } from "./identity/first-administrator.ts";
import { readConfig } from "./kernel/config.ts";
import { openDb } from "./kernel/db/db.ts";

/** `berth admin reset` runs this beside or without a controller: whoever may open the database may do it. */
const { databaseUrl } = readConfig();
if (databaseUrl === null) throw new Error("BERTH_DATABASE_URL must be given");
const db = openDb(databaseUrl, { maxConnections: 1 });
console.log(JSON.stringify(await resetAdministrator(db)));
await db.destroy();
