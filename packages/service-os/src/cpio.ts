/** One entry of an initramfs. `mode` has the permission bits only. */
export type CpioEntry =
  | { readonly kind: "directory"; readonly path: string; readonly mode: number }
  | { readonly kind: "file"; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | {
      readonly kind: "character-device";
      readonly path: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

const TYPE = { directory: 0o040000, file: 0o100000, link: 0o120000, "character-device": 0o020000 } as const;

/**
 * An initramfs archive ("newc", Documentation/driver-api/early-userspace/buffer-format.rst of Linux). Made here and not
 * by a tool, so that everything in it belongs to root and devices can be in it whoever builds.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts = entries.flatMap((entry, index) => {
    const content =
      entry.kind === "file" ? entry.content : entry.kind === "link" ? Buffer.from(entry.target) : Buffer.alloc(0);
    const mode = TYPE[entry.kind] | (entry.kind === "link" ? 0o777 : entry.mode);
    const device = entry.kind === "character-device" ? [entry.major, entry.minor] : [0, 0];
    return member(entry.path, content, [
      index + 1,
      mode,
      0,
      0,
      1,
      0,
      content.length,
      0,
      0,
      device[0] ?? 0,
      device[1] ?? 0,
    ]);
  });
  return Buffer.concat([...parts, ...member("TRAILER!!!", Buffer.alloc(0), [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])]);
}

/** `fields` are newc's numbers from inode to rdev minor; the length of the name and an unused checksum follow. */
function member(path: string, content: Buffer, fields: readonly number[]): Buffer[] {
  const name = Buffer.from(`${path}\0`);
  const header = ["070701", ...[...fields, name.length, 0].map((n) => n.toString(16).padStart(8, "0"))].join("");
  return [padded(Buffer.concat([Buffer.from(header), name])), padded(content)];
}

function padded(bytes: Buffer): Buffer {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)]);
}
