/** One event of a `text/event-stream` (HTML Standard, section 9.2), and what it has been told by now. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The id of the last event that had one; goes back as Last-Event-ID. */
  readonly lastEventId: string | null;
}

const MAX_EVENT_CHARACTERS = 16 * 1024 * 1024;

/** Takes the stream apart as it comes, in whatever pieces. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  let event = "";
  let data: string[] = [];
  let lastEventId: string | null = null;
  for await (const line of linesOf(body)) {
    if (line === "") {
      if (data.length > 0) yield { event: event === "" ? "message" : event, data: data.join("\n"), lastEventId };
      event = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) lastEventId = value === "" ? null : value;
  }
}

/** Each line as it comes, without its end. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > MAX_EVENT_CHARACTERS) throw new Error("an event of the stream has no end");
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
