/**
 * A boot sector for tests of consoles: it fills half of the text screen with white letters on blue, asks
 * `berth-test login: ` on the first serial line, says back what is typed there, and asks again at Return. It needs no
 * system, so a machine with it starts in a second under emulation.
 */
const TALKING_PROMPT = "berth-test login: ";

const CODE = [
  "fa 31c0 8ed8 8ed0 bc007c fc", // cli; ds = ss = 0; sp = 0x7c00; cld
  "b800b8 8ec0 31ff b8421f b9e803 f3ab", // es = 0xb800 (text screen); 1000 cells of 'B', white on blue
  "be4b7c ac 84c0 7405 e81700 ebf6", // prompt: put each character of the text at 0x7c4b
  "bafd03 ec a801 74fb baf803 ec 3c0d 74e3 e80200 ebeb", // echo: wait for a byte of COM1; at CR to prompt; else put it
  "50 bafd03 ec a820 74fb 58 baf803 ee c3", // put: wait until COM1 is free; send al
];

export function talkingBootSector(): Buffer {
  const sector = Buffer.alloc(512);
  const code = Buffer.from(CODE.join("").replaceAll(" ", ""), "hex");
  Buffer.concat([code, Buffer.from(`\r\n${TALKING_PROMPT}\0`)]).copy(sector);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
