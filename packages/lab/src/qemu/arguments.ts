import { join } from "node:path";
import type { BladePlan } from "../plan.ts";
import type { BootDevice } from "./boot-order.ts";

export type Accelerator = "kvm" | "tcg";

export type BladeStart = {
  plan: BladePlan;
  accelerator: Accelerator;
  order: readonly BootDevice[];
  uuid: string;
  serial: string;
  macs: Readonly<Record<string, string>>;
  mediaImage: string | null;
};

/** Device ids by boot device, for `bootindex` here and later over QMP. */
export const BOOT_DEVICE_ID = { disk: "disk0", network: "nic1", cd: "cd0" } as const satisfies Record<
  BootDevice,
  string
>;

export function bladeSockets(dir: string) {
  return {
    qmp: join(dir, "qmp.sock"),
    vnc: join(dir, "vnc.sock"),
    /** Between QEMU and us; QEMU serves one reader at a time, so others get `serial`. */
    serialInner: join(dir, "serial-qemu.sock"),
    serial: join(dir, "serial.sock"),
  };
}

export function bladeFiles(dir: string) {
  return { disk: join(dir, "disk.raw"), uefiVariables: join(dir, "uefi-vars.fd"), serialLog: join(dir, "serial.log") };
}

export const UEFI_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
export const UEFI_VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/**
 * Starts paused: whoever starts it says `cont` when it is connected. Values are the lab's own or checked by the setters
 * of `QemuBlade`; commas in paths are doubled, as QEMU wants.
 */
export function qemuArguments({ plan, accelerator, order, uuid, serial, macs, mediaImage }: BladeStart): string[] {
  const sockets = bladeSockets(plan.dir);
  const files = bladeFiles(plan.dir);
  const index = (device: BootDevice) => {
    const at = order.indexOf(device);
    return at === -1 ? "" : `,bootindex=${at}`;
  };
  const media = mediaImage === null ? "" : `,format=raw,file=${escaped(mediaImage)}`;
  return [
    ...["-name", plan.name, "-nodefaults", "-no-user-config", "-S"],
    ...["-machine", plan.firmware === "uefi" ? "q35" : "pc"],
    ...(accelerator === "kvm"
      ? ["-accel", "kvm", "-cpu", "host"]
      : ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max"]),
    ...["-smp", String(plan.cores), "-m", `${plan.memoryMiB}M`],
    // Only what has a boot index is tried.
    ...["-boot", "strict=on"],
    ...["-uuid", uuid],
    ...["-smbios", `type=1,manufacturer=Berth,product=Lab Blade,serial=${serial},uuid=${uuid}`],
    ...["-smbios", `type=3,manufacturer=Berth,serial=${serial},asset=${plan.name}`],
    ...(plan.firmware === "uefi"
      ? [
          ...["-drive", `if=pflash,format=raw,unit=0,readonly=on,file=${UEFI_CODE}`],
          ...["-drive", `if=pflash,format=raw,unit=1,file=${escaped(files.uefiVariables)}`],
        ]
      : []),
    ...[
      "-drive",
      `if=none,id=disk0-file,format=raw,discard=unmap,detect-zeroes=unmap,cache=unsafe,file=${escaped(files.disk)}`,
    ],
    ...["-device", `virtio-blk-pci,id=disk0,drive=disk0-file,serial=${plan.name}-disk0${index("disk")}`],
    ...plan.nics.flatMap((nic) => [
      ...["-netdev", `tap,id=${nic.id}-net,ifname=${nic.tap},script=no,downscript=no`],
      ...[
        "-device",
        `virtio-net-pci,id=${nic.id},netdev=${nic.id}-net,mac=${macs[nic.id] ?? nic.mac}${nic.id === "nic1" ? index("network") : ""}`,
      ],
    ]),
    ...(plan.firmware === "uefi" ? [] : ["-device", "ich9-ahci,id=ahci"]),
    ...["-drive", `if=none,id=cd0-file,media=cdrom,readonly=on${media}`],
    ...["-device", `ide-cd,id=cd0,drive=cd0-file,bus=${plan.firmware === "uefi" ? "ide.0" : "ahci.0"}${index("cd")}`],
    ...["-device", "virtio-rng-pci"],
    ...["-device", "VGA", "-vnc", `unix:${escaped(sockets.vnc)}`],
    ...[
      "-chardev",
      `socket,id=serial,path=${escaped(sockets.serialInner)},server=on,wait=off`,
      "-serial",
      "chardev:serial",
    ],
    ...[
      "-chardev",
      `socket,id=qmp,path=${escaped(sockets.qmp)},server=on,wait=off`,
      "-mon",
      "chardev=qmp,mode=control",
    ],
  ];
}

const escaped = (path: string) => path.replaceAll(",", ",,");
