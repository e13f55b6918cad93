import { execFile } from "node:child_process";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Accelerator } from "./qemu/arguments.ts";

const Verdict = z.object({ kernel: z.string(), accelerator: z.enum(["kvm", "tcg"]), reason: z.string() });
export type Verdict = z.output<typeof Verdict>;

/** TCG needs under two seconds; a computer whose KVM is slower than that is better off without. */
const PROBE_LIMIT_MS = 5_000;
/** isa-debug-exit ends QEMU with (value << 1) | 1; the probe writes 0x10. */
const PROBE_SUCCESS = 33;

/**
 * /dev/kvm may be there, open, and hang or crawl: so a probe guest must run on it, once; the verdict holds for this
 * kernel.
 */
export async function chooseAccelerator(cacheDir: string): Promise<Verdict> {
  const kernel = release();
  const file = join(cacheDir, "lab-accelerator.json");
  const known = Verdict.safeParse(
    await readFile(file, "utf8")
      .then(JSON.parse)
      .catch(() => null),
  );
  if (known.success && known.data.kernel === kernel) return known.data;
  await mkdir(cacheDir, { recursive: true });
  const verdict = { kernel, ...(await probe(cacheDir)) };
  await writeFile(file, JSON.stringify(verdict));
  return verdict;
}

async function probe(dir: string): Promise<{ accelerator: Accelerator; reason: string }> {
  const canOpen = await access("/dev/kvm").then(
    () => true,
    () => false,
  );
  if (!canOpen) return { accelerator: "tcg", reason: "there is no /dev/kvm" };
  const disk = join(dir, `kvm-probe-${process.pid}.img`);
  await writeFile(disk, probeDisk());
  const { exitCode, said } = await runProbe(disk);
  await rm(disk, { force: true });
  if (exitCode === PROBE_SUCCESS) return { accelerator: "kvm", reason: "a probe guest ran on KVM" };
  const hung = `a probe guest did not end on KVM within ${PROBE_LIMIT_MS / 1_000} s`;
  return { accelerator: "tcg", reason: said === "" ? hung : `a probe guest failed on KVM (${said})` };
}

/**
 * A boot sector that counts 300 million down, sleeps through four timer interrupts, and ends QEMU: computing, interrupts
 * and I/O, on each of which a half-working KVM has been seen to hang.
 */
export function probeDisk(): Buffer {
  const code = [
    [0xfa, 0x31, 0xc0, 0x8e, 0xd8], //              cli; xor ax,ax; mov ds,ax
    [0x66, 0xb9, 0x00, 0xa3, 0xe1, 0x11], //        mov ecx,300000000
    [0x66, 0x49, 0x75, 0xfc], //                    1: dec ecx; jnz 1b
    [0xfb, 0x8b, 0x1e, 0x6c, 0x04], //              sti; mov bx,[0x46c]   (the BIOS's tick counter)
    [0xf4, 0xa1, 0x6c, 0x04, 0x29, 0xd8], //        2: hlt; mov ax,[0x46c]; sub ax,bx
    [0x3d, 0x04, 0x00, 0x72, 0xf5], //              cmp ax,4; jb 2b
    [0xba, 0xf4, 0x00, 0xb0, 0x10, 0xee, 0xf4], //  mov dx,0xf4; mov al,0x10; out dx,al; hlt
  ].flat();
  const sector = Buffer.alloc(512);
  Buffer.from(code).copy(sector);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function runProbe(disk: string): Promise<{ exitCode: number | null; said: string }> {
  const args = [
    ...["-accel", "kvm", "-cpu", "host", "-m", "64", "-display", "none", "-nodefaults"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ...["-drive", `file=${disk.replaceAll(",", ",,")},format=raw,if=ide`],
  ];
  const limit = { timeout: PROBE_LIMIT_MS, killSignal: "SIGKILL" } as const;
  return new Promise((resolve) => {
    const child = execFile("qemu-system-x86_64", args, limit, (_error, _stdout, stderr) => {
      const said = (stderr.trim().split("\n")[0] ?? "").replace(/^qemu-system-x86_64: /, "").slice(0, 200);
      resolve({ exitCode: child.exitCode, said });
    });
  });
}
