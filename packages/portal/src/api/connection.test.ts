import { expect, it } from "vitest";
import { connectionState, heardFrom, lostWith, onConnection } from "./connection.ts";

it("is lost until everything that lost it has been heard from again", () => {
  const told: string[] = [];
  const off = onConnection(() => told.push(connectionState().connection));
  lostWith("events");
  lostWith("controller");
  heardFrom("controller");
  expect(connectionState().connection).toBe("lost");
  heardFrom("events");
  off();
  lostWith("events");
  heardFrom("events");
  // Told of changes only, and of none after one has stopped listening.
  expect(told).toEqual(["lost", "connected"]);
});
