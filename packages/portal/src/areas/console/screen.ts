import RFB from "@novnc/novnc";
import { type AttachConsole, keysOf } from "./console-rules.ts";

/** A screen with keyboard and mouse. */
export const attach: AttachConsole = (target, socket, on) => {
  const rfb = new RFB(target, socket, { shared: true });
  rfb.scaleViewport = true;
  rfb.background = "transparent";
  rfb.addEventListener("connect", () => rfb.focus());
  rfb.addEventListener("securityfailure", () => on.failed("The screen did not let Berth in."));
  rfb.addEventListener("credentialsrequired", () => {
    on.failed("The screen asks for a password that Berth does not know: somebody else has set one.");
    rfb.disconnect();
  });
  // noVNC has no event for the size of the screen; the canvas has it as attributes.
  const tellSize = () => {
    const canvas = target.querySelector("canvas");
    if (canvas !== null && canvas.width > 0) on.size(`${canvas.width} × ${canvas.height}`);
  };
  const watching = new MutationObserver(tellSize);
  watching.observe(target, { subtree: true, childList: true, attributeFilter: ["width", "height"] });
  return {
    focus: () => rfb.focus(),
    type(text) {
      for (const key of keysOf(text)) rfb.sendKey(key, null);
      rfb.focus();
    },
    ctrlAltDel() {
      rfb.sendCtrlAltDel();
      rfb.focus();
    },
    fit(isFitted) {
      rfb.scaleViewport = isFitted;
      rfb.clipViewport = !isFitted;
    },
    close() {
      watching.disconnect();
      rfb.disconnect();
    },
  };
};
