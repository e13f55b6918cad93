import { readFile } from "node:fs/promises";
import { z } from "zod";
import { startBay } from "./bay.ts";
import { ChassisFault, ChassisPlan } from "./chassis-protocol.ts";
import type { BmcAccess } from "./plan.ts";
import { RefusedError, serveJson } from "./unix-http.ts";

/** The process of one enclosure, inside the lab's namespace: its blades and their management controllers. */

const plan = ChassisPlan.parse(JSON.parse(await readFile(z.string().parse(process.argv[2]), "utf8")));
const bays = await Promise.all(plan.blades.map((blade) => startBay(blade, plan.accelerator)));

const bayOf = (name: string) => {
  const bay = bays.find(({ blade }) => blade.id === name);
  if (bay === undefined) throw new RefusedError(404, `there is no blade ${name}`);
  return bay;
};

await serveJson(plan.socket, null, {
  "GET /access": (): BmcAccess[] => bays.map(({ access }) => access),
  "GET /status": () => bays.map((bay) => bay.status()),
  "POST /fault": async (body) => {
    const fault = ChassisFault.parse(body);
    await bayOf(fault.target).provoke(fault.kind, fault.count);
    return bays.map((bay) => bay.status());
  },
  "POST /down": async () => {
    await Promise.all(bays.map((bay) => bay.close()));
    setTimeout(() => process.exit(0), 20);
    return { ok: true };
  },
});
