import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { type AttachConsole, serialText } from "./console-rules.ts";

const SCROLLBACK_LINES = 5_000;

/** A serial line, as a terminal. */
export const attach: AttachConsole = (target, socket, on) => {
  const terminal = new Terminal({
    scrollback: SCROLLBACK_LINES,
    convertEol: false,
    cursorBlink: true,
    fontFamily: getComputedStyle(target).getPropertyValue("--pf-t--global--font--family--mono") || "monospace",
    fontSize: 14,
    screenReaderMode: true,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(target);
  const refit = () => {
    fit.fit();
    on.size(`${terminal.cols} × ${terminal.rows} characters`);
  };
  const watching = new ResizeObserver(refit);
  watching.observe(target);

  const encoder = new TextEncoder();
  const send = (text: string) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(encoder.encode(text));
  };
  terminal.onData(send);
  socket.addEventListener("message", ({ data }) => terminal.write(new Uint8Array(data as ArrayBuffer)));
  terminal.focus();
  return {
    focus: () => terminal.focus(),
    type(text) {
      send(serialText(text));
      terminal.focus();
    },
    close() {
      watching.disconnect();
      socket.close();
      terminal.dispose();
    },
  };
};
