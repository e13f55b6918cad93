import { z } from "zod";
import { Timestamp } from "./common.ts";
import { type Contract, route } from "./route.ts";

/**
 * Screens and serial lines. A POST gives the path of a WebSocket that opens once, within a minute, and only for who
 * asked: `GET /v1/console/{token}` with the caller's session cookie or API token. It can't be a route of the contract,
 * which speaks JSON. Its binary messages carry RFB (RFC 6143, without a password) or the bytes of the serial line.
 */
export const CONSOLE_PATH = "/v1/console/";

export const ConsoleKind = z.enum(["vnc", "serial"]);
export type ConsoleKind = z.output<typeof ConsoleKind>;

/** Why a console's WebSocket was closed (RFC 6455, 7.4.2: from 4000 on for applications). */
export const CONSOLE_CLOSE = {
  /** The machine was switched off, or its console went away. */
  ended: 4000,
  /** Nobody typed or moved for long. */
  idle: 4001,
  /** The right to it was lost, or who had it signed out. */
  refused: 4003,
  /** It could not be opened. */
  unavailable: 4004,
  /** More came than was read. */
  slow: 4008,
} as const;

export const Consoles = z.object({
  name: z.string().describe("of the server or machine"),
  kinds: z.array(ConsoleKind).describe("vnc: the screen with keyboard and mouse; serial: the serial line"),
  reason: z.string().nullable().describe("why there is none now"),
});

export const NewConsole = z.strictObject({
  kind: ConsoleKind.describe("the screen (vnc) or the serial line"),
  watchOnly: z.boolean().default(false).describe("see a serial line without typing on it"),
});

export const ConsoleTicket = z.object({
  kind: ConsoleKind,
  url: z.string().describe("path of the WebSocket at this API; good for one use"),
  expiresAt: Timestamp,
});

const params = z.strictObject({ id: z.string().min(1).max(100).describe("id or name") });

export const consoleContract = {
  serverConsoles: route({
    method: "GET",
    path: "/v1/servers/{id}/console",
    tag: "servers",
    rule: "owner",
    summary: "Which consoles a server has now, or why it has none",
    params,
    response: Consoles,
    cli: { words: ["server", "consoles"], args: ["id"], example: "berth server consoles shop-app-1" },
  }),
  openServerConsole: route({
    method: "POST",
    path: "/v1/servers/{id}/console",
    tag: "servers",
    rule: "owner",
    summary: "Open the screen or the serial line of a server; `berth console` shows the latter in the terminal",
    params,
    body: NewConsole,
    response: ConsoleTicket,
  }),
  machineConsoles: route({
    method: "GET",
    path: "/v1/machines/{id}/console",
    tag: "machines",
    rule: "operate",
    scoped: true,
    summary: "Which consoles a machine has now, or why it has none",
    params,
    response: Consoles,
    cli: { words: ["machine", "consoles"], args: ["id"], example: "berth machine consoles enc1-bay1" },
  }),
  openMachineConsole: route({
    method: "POST",
    path: "/v1/machines/{id}/console",
    tag: "machines",
    rule: "operate",
    scoped: true,
    summary: "Open the screen or the serial line of a machine",
    params,
    body: NewConsole,
    response: ConsoleTicket,
  }),
} satisfies Contract;
