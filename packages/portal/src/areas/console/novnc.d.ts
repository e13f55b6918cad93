// noVNC has no types of its own: as much of docs/API.md as is used.
declare module "@novnc/novnc" {
  class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: WebSocket, options?: { readonly shared?: boolean });
    scaleViewport: boolean;
    clipViewport: boolean;
    dragViewport: boolean;
    focusOnClick: boolean;
    background: string;
    disconnect(): void;
    focus(): void;
    sendCtrlAltDel(): void;
    sendKey(keysym: number, code: string | null, down?: boolean): void;
  }

  // biome-ignore lint/style/noDefaultExport: noVNC exports nothing else
  export { RFB as default };
}
