/** As much of an RFB client (RFC 6143) as sees whether a screen shows something. It is fed with what comes. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  /** How many different colours the whole screen has. */
  readonly colours: number;
}

const VERSION = Buffer.from("RFB 003.008\n");
const SECURITY_NONE = 1;
const RAW = 0;

/** Asks for the whole screen once. `receive` gives exactly so many bytes. */
export async function readScreen(wire: {
  receive(bytes: number): Promise<Buffer>;
  send(bytes: Buffer): void;
}): Promise<Screen> {
  const { receive, send } = wire;
  const version = await receive(VERSION.length);
  if (!version.equals(VERSION)) throw new Error(`not RFB 3.8: ${version}`);
  send(VERSION);
  const [count = 0] = await receive(1);
  if (!(await receive(count)).includes(SECURITY_NONE)) throw new Error("the screen asks for a password");
  send(Buffer.from([SECURITY_NONE]));
  if ((await receive(4)).readUInt32BE() !== 0) throw new Error("the screen lets nobody in");
  send(Buffer.from([1]));
  const init = await receive(24);
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)];
  const pixelBytes = init.readUInt8(4) / 8;
  await receive(init.readUInt32BE(20));
  // SetEncodings: raw only. FramebufferUpdateRequest: all of it.
  send(Buffer.from([2, 0, 0, 1, 0, 0, 0, RAW]));
  const request = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  request.writeUInt16BE(width, 6);
  request.writeUInt16BE(height, 8);
  send(request);
  const colours = new Set<number>();
  const update = await receive(4);
  if (update[0] !== 0) throw new Error(`message ${update[0]} came in place of the screen`);
  for (let left = update.readUInt16BE(2); left > 0; left -= 1) {
    const rectangle = await receive(12);
    const pixels = await receive(rectangle.readUInt16BE(4) * rectangle.readUInt16BE(6) * pixelBytes);
    for (let at = 0; at < pixels.length; at += pixelBytes) colours.add(pixels.readUIntLE(at, pixelBytes));
  }
  return { width, height, colours: colours.size };
}
