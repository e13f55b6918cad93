import { joinTestServer, stopTestServerIfIdle } from "./test-db.ts";

/** For vitest's `globalSetup`: keeps the test server for the whole run and stops it at the end. */
export async function setup(): Promise<() => Promise<void>> {
  const release = await joinTestServer();
  return async () => {
    await release();
    await stopTestServerIfIdle();
  };
}
