/** Cuts a stream into data and holes, so that the zeros that most of a disk image is made of are not sent. */

export type Piece =
  | { readonly kind: "data"; readonly data: Buffer }
  | { readonly kind: "hole"; readonly bytes: number };

const ZEROS = Buffer.alloc(65_536);

export async function* cutSparse(chunks: AsyncIterable<Buffer>, maxDataBytes: number): AsyncGenerator<Piece> {
  let holeBytes = 0;
  for await (const chunk of chunks) {
    for (const { zero, data } of runs(chunk)) {
      if (zero) {
        holeBytes += data.length;
        continue;
      }
      if (holeBytes > 0) yield { kind: "hole", bytes: holeBytes };
      holeBytes = 0;
      for (let at = 0; at < data.length; at += maxDataBytes)
        yield { kind: "data", data: data.subarray(at, at + maxDataBytes) };
    }
  }
  if (holeBytes > 0) yield { kind: "hole", bytes: holeBytes };
}

/** Neighbouring blocks of one kind, together. */
function* runs(chunk: Buffer): Generator<{ zero: boolean; data: Buffer }> {
  let start = 0;
  let kind: boolean | null = null;
  for (let at = 0; at < chunk.length; at += ZEROS.length) {
    const block = chunk.subarray(at, at + ZEROS.length);
    const zero = block.equals(block.length === ZEROS.length ? ZEROS : ZEROS.subarray(0, block.length));
    if (kind !== null && zero !== kind) {
      yield { zero: kind, data: chunk.subarray(start, at) };
      start = at;
    }
    kind = zero;
  }
  if (kind !== null) yield { zero: kind, data: chunk.subarray(start) };
}
