export type EscapeAction = "leave" | "help";

/** What is to be sent on, and what was asked of us: `~.` and `~?` at the start of a line, as in ssh; `~~` is one tilde. */
export interface EscapeReader {
  read(typed: string): { readonly send: string; readonly action: EscapeAction | null };
}

export function escapeReader(): EscapeReader {
  const state = { atStart: true, hasTilde: false };

  return {
    read(typed) {
      let send = "";
      for (const char of typed) {
        if (state.hasTilde) {
          state.hasTilde = false;
          if (char === ".") return { send, action: "leave" };
          if (char === "?") return { send, action: "help" };
          // Anything else, and `~~`: what was held back goes first.
          send += char === "~" ? "~" : `~${char}`;
        } else if (state.atStart && char === "~") {
          state.hasTilde = true;
          continue;
        } else send += char;
        state.atStart = char === "\r" || char === "\n";
      }
      return { send, action: null };
    },
  };
}
