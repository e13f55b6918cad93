import { XdrError } from "./xdr.ts";

/**
 * Messages on the wire: a length (which counts itself), a header of six words, a payload
 * (libvirt, src/rpc/virnetprotocol.x).
 */

export const MESSAGE_TYPE = { call: 0, reply: 1, event: 2, stream: 3, hole: 6 } as const;
export const MESSAGE_STATUS = { ok: 0, error: 1, continue: 2 } as const;

export interface Header {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
}

export interface Message extends Header {
  readonly payload: Buffer;
}

const LENGTH_BYTES = 4;
const HEADER_BYTES = 24;
/** VIR_NET_MESSAGE_MAX with its length word: what libvirt itself refuses to go beyond. */
export const MESSAGE_MAX_BYTES = 16_777_216 + LENGTH_BYTES;
/** The largest stream packet that every libvirt takes (VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX less the header). */
export const STREAM_CHUNK_BYTES = 262_144 - HEADER_BYTES;

/** The length and header of a message whose payload follows separately, so that a large one need not be copied. */
export function encodeHead(header: Header, payloadBytes: number): Buffer {
  const total = LENGTH_BYTES + HEADER_BYTES + payloadBytes;
  if (total > MESSAGE_MAX_BYTES) throw new XdrError("the message is larger than libvirt takes");
  const head = Buffer.allocUnsafe(LENGTH_BYTES + HEADER_BYTES);
  head.writeUInt32BE(total, 0);
  head.writeUInt32BE(header.program, 4);
  head.writeUInt32BE(header.version, 8);
  head.writeInt32BE(header.procedure, 12);
  head.writeUInt32BE(header.type, 16);
  head.writeUInt32BE(header.serial, 20);
  head.writeUInt32BE(header.status, 24);
  return head;
}

/** Cuts what comes in into messages. Throws XdrError for a length that no message can have. */
export class FrameSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  push(chunk: Buffer): Message[] {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    const messages: Message[] = [];
    for (;;) {
      const total = this.#nextLength();
      if (total === null || this.#pendingBytes < total) return messages;
      messages.push(parse(this.#take(total)));
    }
  }

  #nextLength(): number | null {
    if (this.#pendingBytes < LENGTH_BYTES) return null;
    const first = this.#pending[0];
    if (first === undefined || first.length < LENGTH_BYTES) this.#join();
    const total = this.#pending[0]?.readUInt32BE(0) ?? 0;
    if (total < LENGTH_BYTES + HEADER_BYTES || total > MESSAGE_MAX_BYTES) {
      throw new XdrError(`a message of ${total} bytes can't be`);
    }
    return total;
  }

  #take(length: number): Buffer {
    this.#join();
    const all = this.#pending[0] ?? Buffer.alloc(0);
    const rest = all.subarray(length);
    this.#pending = rest.length === 0 ? [] : [rest];
    this.#pendingBytes = rest.length;
    return all.subarray(0, length);
  }

  #join(): void {
    if (this.#pending.length > 1) this.#pending = [Buffer.concat(this.#pending)];
  }
}

function parse(message: Buffer): Message {
  return {
    program: message.readUInt32BE(4),
    version: message.readUInt32BE(8),
    procedure: message.readInt32BE(12),
    type: message.readUInt32BE(16),
    serial: message.readUInt32BE(20),
    status: message.readUInt32BE(24),
    payload: message.subarray(LENGTH_BYTES + HEADER_BYTES),
  };
}
