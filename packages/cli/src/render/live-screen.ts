/** Lines at the end of a terminal that are drawn again in place. */
export interface LiveScreen {
  draw(lines: readonly string[]): void;
  /** Leaves the last drawing there. */
  end(): void;
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";

export function liveScreen(stream: NodeJS.WriteStream): LiveScreen {
  let drawn: readonly string[] = [];
  stream.write(HIDE_CURSOR);
  return {
    draw(lines) {
      // Up to where the last drawing began, then each line anew: clearing everything first would flicker.
      const up = drawn.length === 0 ? "" : `\u001b[${drawn.length}A`;
      const body = lines.map((line) => `\r\u001b[2K${line}\n`).join("");
      stream.write(`${up}${body}\u001b[0J`);
      drawn = lines;
    },
    end: () => void stream.write(SHOW_CURSOR),
  };
}
