import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, moveIn, type RunningController, startHouse } from "./house.ts";

const FOLDER = join(import.meta.dirname, "../templates");
const SHIPPED = readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));

/** The blades of the lab have one disk each: what needs more on a machine is refused there, and says just that. */
const BEYOND_LAB: Readonly<Record<string, RegExp>> = { "database.yaml": /needs 2 disks, has 1/ };

let house: House;
let controller: RunningController;

beforeAll(async () => {
  house = await startHouse({ blades: 4, hosts: 2 });
  controller = await house.startController();
  await moveIn(house, controller.api);
});
afterAll(() => house?.stop());

describe("CAP A8: the ready-made templates, on the simulated lab", () => {
  it.each(SHIPPED)(
    "%s is valid, has a price, says for which load it is meant, and fits or says what it needs",
    async (file) => {
      const document = readFileSync(join(FOLDER, file), "utf8");
      const checked = await controller.api.validateTemplate({ body: { document } });
      expect(checked.items).toEqual([]);
      expect(Number(checked.price?.perDay)).toBeGreaterThan(0);
      // The only thing that this lab lacks is the image, which nothing here installs.
      expect(new Set(checked.hints.map(({ code }) => code))).toEqual(new Set(["no_image"]));
      const template = await controller.api.applyTemplate({ body: { document } });
      expect(template.document.metadata.notes).toMatch(/Sizing:/);
      const placed = await controller.api.placeTemplate({ body: { document } });
      const need = BEYOND_LAB[file];
      if (need !== undefined) {
        expect(placed).toMatchObject({ fits: false, servers: [] });
        expect(placed.reasons.join("\n")).toMatch(need);
        return;
      }
      expect(placed.reasons).toEqual([]);
      expect(placed).toMatchObject({ fits: true, pool: "default" });
      expect(placed.servers).toHaveLength(template.servers);
      for (const group of template.document.spec.groups) {
        const kinds = placed.servers.filter((item) => item.group === group.name).map(({ kind }) => kind);
        if (group.kind !== "either") expect(new Set(kinds)).toEqual(new Set([group.kind]));
      }
    },
  );

  it("says why a template does not fit, and what would help, without anything being saved", async () => {
    const document = readFileSync(join(FOLDER, "two-tier.yaml"), "utf8")
      .replace("name: two-tier", "name: giant")
      .replace("kind: physical\n      cores: 1", "kind: physical\n      cores: 900");
    const placed = await controller.api.placeTemplate({ body: { document } });
    expect(placed).toMatchObject({ fits: false, pool: null, servers: [] });
    expect(placed.reasons.join("\n")).toContain("900");
    await expect(controller.api.getTemplate({ params: { name: "giant" } })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
