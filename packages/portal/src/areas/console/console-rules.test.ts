import { describe, expect, it } from "vitest";
import { closeWords, firstKind, keysOf, serialText, socketUrl } from "./console-rules.ts";

describe("pasting into a screen", () => {
  it("types Latin-1 by its own codes, and what is above by Unicode's", () => {
    expect(keysOf("aÿ€\t\r\nb")).toEqual([0x61, 0xff, 0x010020ac, 0xff09, 0xff0d, 0x62]);
  });

  it("leaves out what no key types", () => {
    expect(keysOf("a\u0000\u001b\u0085b")).toEqual([0x61, 0x62]);
  });
});

describe("pasting into a serial line", () => {
  it("ends lines with Return and sends no control characters", () => {
    expect(serialText("ls\n\u001b[31mcd\r\nx\u0003")).toBe("ls\r[31mcd\rx");
  });
});

describe("the end of a console", () => {
  it("is told in the controller's words where it gave some", () => {
    expect(closeWords(4000, "The console has ended.").text).toBe("The console has ended.");
    expect(closeWords(1006, "").title).toBe("The connection is lost");
  });
});

it("shows what was asked for, else the first that there is", () => {
  expect(firstKind(["vnc", "serial"], "serial")).toBe("serial");
  expect(firstKind(["vnc", "serial"], null)).toBe("vnc");
  expect(firstKind(["serial"], "vnc")).toBe("serial");
  expect(firstKind([], "vnc")).toBeNull();
});

it("goes over TLS where the page does", () => {
  expect(socketUrl("/v1/console/x", { protocol: "https:", host: "berth:443" })).toBe("wss://berth:443/v1/console/x");
  expect(socketUrl("/v1/console/x", { protocol: "http:", host: "h:1" })).toBe("ws://h:1/v1/console/x");
});
