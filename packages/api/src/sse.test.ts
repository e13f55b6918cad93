import { expect, it } from "vitest";
import { readEvents, type ServerEvent } from "./sse.ts";

async function* inPieces(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(events: AsyncIterable<ServerEvent>): Promise<ServerEvent[]> {
  const all: ServerEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const STREAM =
  ': stream begins\n\nid: 7\ndata: {"a":1}\n\nevent: error\ndata: one\ndata: zwölf €\n\n: still here\n\r\nid: 9\r\ndata: crlf\r\n\r\nevent: end\ndata: {}\n\ndata: cut off';

it.each([1, 2, 3, 7, 1000])("reads events that come in pieces of %i bytes", async (size) => {
  const events = await collect(readEvents(inPieces(STREAM, size)));
  expect(events).toEqual([
    { event: "message", data: '{"a":1}', lastEventId: "7" },
    { event: "error", data: "one\nzwölf €", lastEventId: "7" },
    { event: "message", data: "crlf", lastEventId: "9" },
    { event: "end", data: "{}", lastEventId: "9" },
  ]);
});

it("gives up on an event without end", async () => {
  await expect(collect(readEvents(inPieces("x".repeat(17 * 1024 * 1024), 1024 * 1024)))).rejects.toThrow(/no end/);
});
