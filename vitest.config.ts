import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

declare module "vitest" {
  interface ProvidedContext {
    /** `./berth test --all`: every case, not just those chosen for a run of CI. */
    all: boolean;
  }
}

const globalPostgres = "./packages/server/src/kernel/db/vitest-global.ts";
const databaseSetup = existsSync(globalPostgres) ? [globalPostgres] : [];
const all = process.env.TEST_ALL === "1";
/** Whole machines, emulated. */
const QEMU = ["e2e/demo.e2e.ts", "e2e/netboot.e2e.ts"];
const roots = "{packages/*/src,e2e,bench,tools}";

export default defineConfig({
  test: {
    // Other work shares the machine: a deadline is there to end a hang, never to measure.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    projects: [
      { extends: true, test: { name: "conventions", include: ["tools/conventions.test.ts"] } },
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${roots}/**/*.test.ts`],
          exclude: ["**/*.db.test.ts", "**/node_modules/**", "tools/conventions.test.ts"],
          maxWorkers: 2,
          provide: { all },
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: [`${roots}/**/*.db.test.ts`],
          globalSetup: databaseSetup,
          maxWorkers: 2,
          provide: { all },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [`${roots}/**/*.e2e.ts`],
          exclude: [...QEMU, "**/node_modules/**"],
          globalSetup: databaseSetup,
          // Each has a house of its own, and waits more than it works.
          maxWorkers: 2,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          provide: { all },
        },
      },
      {
        extends: true,
        test: {
          name: "qemu",
          include: [...QEMU],
          globalSetup: databaseSetup,
          // One lab at a time: two sets of emulated machines on two cores finish later than one after the other.
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          provide: { all },
        },
      },
    ],
  },
});
