/**
 * Draws what a terminal showed as SVG: `./berth demo --once | tee demo.txt; node tools/terminal-picture.ts < demo.txt
 * > docs/pictures/demo.svg`. Knows the few colours that the CLI uses.
 */
import { text } from "node:stream/consumers";

const CHAR_WIDTH = 8.4;
const LINE_HEIGHT = 18;
const PADDING = 16;
const MAX_COLUMNS = 132;
const COLORS: Readonly<Record<string, string>> = {
  "31": "#ff7b72",
  "32": "#7ee787",
  "33": "#e3b341",
  "34": "#79c0ff",
  "36": "#56d4dd",
  "90": "#8b949e",
};

interface Style {
  readonly color: string | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
}
const PLAIN: Style = { color: null, isBold: false, isDim: false };

const lines = (await text(process.stdin)).replaceAll("\r", "").trimEnd().split("\n");
const rows: string[] = [];
let style = PLAIN;
for (const [index, line] of lines.entries()) {
  const spans: string[] = [];
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is parsed here
  for (const part of line.split(/(\u001b\[[0-9;]*[A-Za-z])/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const code = /^\u001b\[([0-9;]*)([A-Za-z])$/.exec(part);
    if (code !== null) {
      if (code[2] === "m") style = (code[1] ?? "").split(";").reduce(styled, style);
      continue;
    }
    const shown = part.slice(0, Math.max(0, MAX_COLUMNS - column));
    if (shown === "") continue;
    spans.push(span(shown, column, style));
    column += [...shown].length;
  }
  rows.push(`<text y="${PADDING + (index + 1) * LINE_HEIGHT - 4}" xml:space="preserve">${spans.join("")}</text>`);
}

const width = Math.ceil(MAX_COLUMNS * CHAR_WIDTH + 2 * PADDING);
const height = lines.length * LINE_HEIGHT + 2 * PADDING;
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${rows.join("\n")}
</g>
</svg>`);

function styled(before: Style, code: string): Style {
  switch (code) {
    case "":
    case "0":
      return PLAIN;
    case "1":
      return { ...before, isBold: true };
    case "2":
      return { ...before, isDim: true };
    case "22":
      return { ...before, isBold: false, isDim: false };
    case "39":
      return { ...before, color: null };
    default:
      return { ...before, color: COLORS[code] ?? before.color };
  }
}

function span(shown: string, column: number, look: Style): string {
  const attributes = [
    `x="${(PADDING + column * CHAR_WIDTH).toFixed(1)}"`,
    look.color === null ? "" : `fill="${look.color}"`,
    look.isBold ? `font-weight="bold"` : "",
    look.isDim ? `opacity="0.6"` : "",
  ];
  const escaped = shown.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<tspan ${attributes.filter((attribute) => attribute !== "").join(" ")}>${escaped}</tspan>`;
}
