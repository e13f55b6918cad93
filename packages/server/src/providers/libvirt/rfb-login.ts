import { createCipheriv } from "node:crypto";
import { Duplex } from "node:stream";
import { ProviderError } from "../../kernel/errors.ts";
import type { Call } from "../provider.ts";
import { byteReader } from "./byte-reader.ts";

const VERSION = Buffer.from("RFB 003.008\n");
const SECURITY_NONE = 1;
const SECURITY_VNC = 2;
const NOT_A_SCREEN = "what answers where the VM's screen should be is no screen";

/**
 * Shows the password to a screen (RFC 6143, 7.1 and 7.2.2), and answers a connection that begins anew and asks for none:
 * so whoever looks never has it.
 */
export async function rfbLogin(screen: Duplex, password: string, call: Call): Promise<Duplex> {
  const giveUp = () => screen.destroy(new Error("gave up logging in to the screen"));
  call.signal.addEventListener("abort", giveUp, { once: true });
  try {
    const reader = byteReader(screen);
    const version = (await reader.take(12)).toString("latin1");
    if (!/^RFB 003\.00[3-9]\n$/.test(version)) throw new ProviderError("rejected", NOT_A_SCREEN);
    if (version < "RFB 003.008\n") throw new ProviderError("rejected", "the VM's screen speaks an old protocol");
    screen.write(VERSION);
    const [count = 0] = await reader.take(1);
    const offered = [...(await reader.take(count))];
    if (!offered.includes(SECURITY_VNC))
      throw new ProviderError("denied", "the VM's screen asks for another kind of login");
    screen.write(Buffer.from([SECURITY_VNC]));
    screen.write(response(await reader.take(16), password));
    if ((await reader.take(4)).readUInt32BE() !== 0)
      throw new ProviderError("denied", "the VM's screen did not take the password");
    return new OpenScreen(screen, reader.release());
  } catch (error) {
    screen.destroy();
    if (error instanceof ProviderError) throw error;
    throw new ProviderError("unreachable", "the VM's screen did not answer to its end", { cause: error });
  } finally {
    call.signal.removeEventListener("abort", giveUp);
  }
}

/** DES with the password as its key, each byte's bits mirrored. Three times the same key makes triple DES single. */
function response(challenge: Buffer, password: string): Buffer {
  const key = Buffer.alloc(8);
  Buffer.from(password, "latin1").copy(key, 0, 0, 8);
  for (const [i, byte] of key.entries()) key[i] = mirrored(byte);
  const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([key, key, key]), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

function mirrored(byte: number): number {
  return Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1) << (7 - bit)).reduce((sum, bit) => sum | bit, 0);
}

/** What a client says before it is let in: its version, and that it takes no security. */
const CLIENT_VERSION_BYTES = 12;
const CLIENT_CHOICE_BYTES = 1;

/** A screen that was logged in to, for a client that begins at the beginning. */
class OpenScreen extends Duplex {
  readonly #screen: Duplex;
  #greeting: Buffer = Buffer.alloc(0);
  #stage: "version" | "choice" | "open" = "version";

  constructor(screen: Duplex, early: Buffer) {
    super();
    this.#screen = screen;
    if (early.length > 0) screen.unshift(early);
    screen.on("error", (error) => this.destroy(error));
    screen.once("close", () => this.destroy());
    this.push(VERSION);
  }

  override _read(): void {
    if (this.#stage === "open") this.#screen.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.#stage === "open") this.#pass(chunk, done);
    else this.#greet(chunk, done);
  }

  #greet(chunk: Buffer, done: (error?: Error) => void): void {
    this.#greeting = Buffer.concat([this.#greeting, chunk]);
    if (this.#stage === "version" && this.#greeting.length >= CLIENT_VERSION_BYTES) {
      if (!this.#greeting.subarray(0, CLIENT_VERSION_BYTES).equals(VERSION)) {
        done(new Error("the viewer speaks another version of RFB than 3.8"));
        return;
      }
      this.#greeting = this.#greeting.subarray(CLIENT_VERSION_BYTES);
      this.#stage = "choice";
      this.push(Buffer.from([1, SECURITY_NONE]));
    }
    if (this.#stage === "version" || this.#greeting.length < CLIENT_CHOICE_BYTES) {
      done();
      return;
    }
    if (this.#greeting[0] !== SECURITY_NONE) {
      done(new Error("the viewer chose what was not offered"));
      return;
    }
    this.#stage = "open";
    this.push(Buffer.alloc(4));
    this.#join();
    this.#pass(this.#greeting.subarray(CLIENT_CHOICE_BYTES), done);
  }

  #join(): void {
    this.#screen.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) this.#screen.pause();
    });
    this.#screen.once("end", () => this.push(null));
  }

  #pass(chunk: Buffer, done: () => void): void {
    writeThen(this.#screen, chunk, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#screen.destroy();
    done(error);
  }
}

/** Calls back once the stream takes more, or is gone. */
function writeThen(stream: Duplex, chunk: Buffer, done: () => void): void {
  if (stream.write(chunk)) {
    done();
    return;
  }
  const go = () => {
    stream.off("drain", go).off("close", go);
    done();
  };
  stream.on("drain", go).on("close", go);
}
