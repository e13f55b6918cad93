import { ProviderError } from "../../kernel/errors.ts";
import type { Call, VolumeContent } from "../provider.ts";
import type { RpcConnection } from "./rpc/connection.ts";
import { MESSAGE_STATUS, MESSAGE_TYPE, STREAM_CHUNK_BYTES } from "./rpc/frame.ts";
import { FLAGS, PROCEDURES, streamHole, type VolRef } from "./rpc/procedures.ts";
import { encode } from "./rpc/xdr.ts";
import { cutSparse } from "./sparse.ts";

const NOTHING = Buffer.alloc(0);

export interface Upload {
  readonly vol: VolRef;
  readonly content: VolumeContent;
  /** How long the file is to be in the end; what lies behind the content reads as zeros. */
  readonly fileBytes: number;
  progress?(bytes: number): void;
}

/**
 * Sends content into a volume, at the speed at which the host writes it: the daemon stops reading when it falls
 * behind, our socket fills, and we wait. The connection is used for nothing else, so giving up is closing it.
 */
export async function upload(connection: RpcConnection, { vol, content, fileBytes, progress }: Upload, call: Call) {
  const args = { vol, offset: 0, length: fileBytes, flags: FLAGS.uploadSparse };
  const { serial } = await connection.callWithSerial(PROCEDURES.storageVolUpload, args, "write the volume", call);

  const confirmed = Promise.withResolvers<void>();
  // Looked at when all is sent, or when it has failed before; until then nobody waits for it.
  confirmed.promise.catch(() => {});
  const outcome = { failed: null as ProviderError | null };
  const fail = (error: ProviderError) => {
    outcome.failed ??= error;
    confirmed.reject(error);
  };
  connection.addStream(serial, { doing: "write the volume", data: () => {}, end: () => confirmed.resolve(), fail });
  const giveUp = () =>
    fail(
      new ProviderError("unreachable", "gave up writing the volume", { ambiguous: true, cause: call.signal.reason }),
    );
  call.signal.addEventListener("abort", giveUp, { once: true });
  if (call.signal.aborted) giveUp();

  const send = async (status: number, data: Buffer, type: number) => {
    if (outcome.failed !== null) throw outcome.failed;
    if (connection.sendStream(PROCEDURES.storageVolUpload, serial, status, data, type)) return;
    await Promise.race([connection.drained(), confirmed.promise]);
  };
  const sendHole = (length: number) =>
    send(MESSAGE_STATUS.continue, encode(streamHole, { length, flags: 0 }), MESSAGE_TYPE.hole);

  const source = content.open();
  let sentBytes = 0;
  try {
    for await (const piece of cutSparse(checkedChunks(source, content.sizeBytes), STREAM_CHUNK_BYTES)) {
      if (piece.kind === "hole") await sendHole(piece.bytes);
      else await send(MESSAGE_STATUS.continue, piece.data, MESSAGE_TYPE.stream);
      sentBytes += piece.kind === "hole" ? piece.bytes : piece.data.length;
      progress?.(sentBytes);
    }
    // The daemon ends the file where a hole ends, so the zeros behind the content must be said.
    if (fileBytes > sentBytes) await sendHole(fileBytes - sentBytes);
    await send(MESSAGE_STATUS.ok, NOTHING, MESSAGE_TYPE.stream);
    await confirmed.promise;
  } finally {
    call.signal.removeEventListener("abort", giveUp);
    source.destroy();
  }
}

/** The content as buffers, and exactly as much of it as was promised. */
async function* checkedChunks(source: AsyncIterable<unknown>, sizeBytes: number): AsyncGenerator<Buffer> {
  let seenBytes = 0;
  try {
    for await (const chunk of source) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError("content is made of bytes");
      seenBytes += chunk.length;
      if (seenBytes > sizeBytes) break;
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    }
  } catch (cause) {
    throw new ProviderError("rejected", "the content of the volume could not be read to its end", { cause });
  }
  if (seenBytes !== sizeBytes)
    throw new ProviderError("rejected", `the content is not the ${sizeBytes} bytes that were promised`);
}
