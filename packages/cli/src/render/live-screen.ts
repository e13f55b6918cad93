/** Lines at the end of a terminal that are drawn again in place. */
export interface LiveScreen {
  draw(lines: readonly string[]): void;
  /** Leaves the last drawing there. */
  end(): void;
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const CLEAR_ALL = "\u001b[2J\u001b[H";

export function liveScreen(stream: Pick<NodeJS.WriteStream, "columns" | "write">): LiveScreen {
  let drawn: readonly string[] = [];
  let width = stream.columns;
  stream.write(HIDE_CURSOR);
  return {
    draw(lines) {
      // Another width has broken the old lines elsewhere, or not: nobody knows how far up they begin.
      const isResized = stream.columns !== width;
      width = stream.columns;
      // Up to where the last drawing began, then each line anew: clearing everything first would flicker.
      const up = isResized ? CLEAR_ALL : drawn.length === 0 ? "" : `\u001b[${drawn.length}A`;
      const body = lines.map((line) => `\r\u001b[2K${line}\n`).join("");
      stream.write(`${up}${body}\u001b[0J`);
      drawn = lines;
    },
    end: () => void stream.write(SHOW_CURSOR),
  };
}
