/** What was found out about this computer. */
export interface MachineFacts {
  readonly platform: string;
  readonly arch: string;
  readonly kernel: string;
  readonly totalMemoryMiB: number;
  readonly availableMemoryMiB: number;
  readonly stateDir: string;
  readonly freeDiskMiB: number;
  readonly listen: string;
  /** Who has the controller's address: nobody, our controller, or somebody else. */
  readonly listenHeldBy: "nobody" | "berth" | "other";
  readonly hasKvm: boolean;
  readonly isRoot: boolean;
  readonly hasSudo: boolean;
  /** Debian packages of the lab that are not there; null where there is no dpkg. */
  readonly missingPackages: readonly string[] | null;
  readonly hasApt: boolean;
  readonly proxy: string | null;
  readonly noProxy: string;
}

export interface Finding {
  readonly name: string;
  readonly level: "ok" | "warn" | "fail";
  readonly found: string;
  /** What to do about it; absent where nothing needs doing. */
  readonly advice?: string;
}

type Rule = (facts: MachineFacts) => Finding;

const RULES: readonly Rule[] = [system, memory, disk, address, root, packages, virtualisation, proxy];

/** Decides, without looking anything up, what will work here and what will not. */
export function judge(facts: MachineFacts): Finding[] {
  return RULES.map((rule) => rule(facts));
}

function system({ platform, arch, kernel }: MachineFacts): Finding {
  const found = `${platform} on ${arch}, kernel ${kernel}`;
  const is = (level: Finding["level"], advice?: string): Finding => ({
    name: "system",
    level,
    found,
    ...(advice && { advice }),
  });
  if (platform !== "linux") return is("fail", "Berth runs on Linux; a Debian 12 virtual machine will do.");
  if (/microsoft/i.test(kernel)) {
    if (!/WSL2/i.test(kernel))
      return is("fail", "WSL 1 has no Linux kernel: convert it with `wsl --set-version NAME 2`.");
    return is("warn", "WSL 2 works; the lab's machines are emulated unless nested virtualisation is on in .wslconfig.");
  }
  if (arch === "x64") return is("ok");
  if (arch === "arm64")
    return is("warn", "The lab's x86 machines are emulated here: expect several minutes for each installation.");
  return is("fail", "Node and PostgreSQL are fetched for x86-64 and ARM64 only.");
}

const LAB_MEMORY_MIB = 6 * 1024;
const CONTROLLER_MEMORY_MIB = 1024;

function memory({ totalMemoryMiB, availableMemoryMiB }: MachineFacts): Finding {
  const found = `${gib(availableMemoryMiB)} of ${gib(totalMemoryMiB)} available`;
  if (availableMemoryMiB >= LAB_MEMORY_MIB) return { name: "memory", level: "ok", found };
  if (availableMemoryMiB < CONTROLLER_MEMORY_MIB) {
    return {
      name: "memory",
      level: "fail",
      found,
      advice: "Controller and database need 1 GiB: end something else first.",
    };
  }
  return {
    name: "memory",
    level: "warn",
    found,
    advice: "Enough for the controller and the simulated lab; the QEMU lab wants 6 GiB.",
  };
}

const LAB_DISK_MIB = 10 * 1024;
const CONTROLLER_DISK_MIB = 1024;

function disk({ stateDir, freeDiskMiB }: MachineFacts): Finding {
  const found = `${gib(freeDiskMiB)} free at ${stateDir}`;
  if (freeDiskMiB >= LAB_DISK_MIB) return { name: "disk", level: "ok", found };
  const advice = "Free some, or set BERTH_STATE_DIR and BERTH_CACHE_DIR to where there is more.";
  if (freeDiskMiB < CONTROLLER_DISK_MIB)
    return { name: "disk", level: "fail", found, advice: `1 GiB is needed at least. ${advice}` };
  return { name: "disk", level: "warn", found, advice: `Images and the QEMU lab want 10 GiB. ${advice}` };
}

function address({ listen, listenHeldBy }: MachineFacts): Finding {
  switch (listenHeldBy) {
    case "nobody":
      return { name: "address", level: "ok", found: `${listen} is free` };
    case "berth":
      return { name: "address", level: "ok", found: `${listen} is held by Berth` };
    case "other":
      return {
        name: "address",
        level: "fail",
        found: `${listen} is held by another program`,
        advice: "Set BERTH_LISTEN=127.0.0.1:PORT to a free one.",
      };
  }
}

function root({ isRoot, hasSudo }: MachineFacts): Finding {
  if (isRoot) return { name: "root", level: "ok", found: "running as root" };
  if (hasSudo) return { name: "root", level: "ok", found: "sudo is there; the QEMU lab and apt ask for it" };
  return {
    name: "root",
    level: "warn",
    found: "no root and no sudo",
    advice: "The simulated lab needs neither: berth demo --simulated",
  };
}

function packages({ missingPackages, hasApt }: MachineFacts): Finding {
  if (missingPackages === null || !hasApt) {
    return {
      name: "packages",
      level: "warn",
      found: "not a Debian system",
      advice: "Controller and simulated lab work; for the QEMU lab install by hand what `berth setup --list` names.",
    };
  }
  if (missingPackages.length === 0)
    return { name: "packages", level: "ok", found: "all Debian packages of the lab are installed" };
  return {
    name: "packages",
    level: "warn",
    found: `${missingPackages.length} missing for the lab: ${missingPackages.join(" ")}`,
    advice: "Install them by: berth setup",
  };
}

function virtualisation({ hasKvm }: MachineFacts): Finding {
  // A device that opens proves nothing: some kernels hang every guest on it.
  if (hasKvm)
    return {
      name: "virtualisation",
      level: "ok",
      found: "/dev/kvm is there; the lab uses it once a probe guest has run on it",
    };
  return {
    name: "virtualisation",
    level: "warn",
    found: "no /dev/kvm",
    advice: "The lab's machines are emulated: about a minute for each boot.",
  };
}

function proxy({ proxy: address, noProxy }: MachineFacts): Finding {
  if (address === null) return { name: "proxy", level: "ok", found: "none" };
  const isLocalExcluded = /(^|,)\s*(127\.0\.0\.1|127\.0\.0\.0\/8|localhost|\*)/.test(noProxy);
  if (isLocalExcluded) return { name: "proxy", level: "ok", found: `${address}, not for this computer itself` };
  return {
    name: "proxy",
    level: "warn",
    found: address,
    advice: "Set no_proxy=127.0.0.1,localhost, or programs here ask the proxy for Berth.",
  };
}

function gib(mib: number): string {
  return `${(mib / 1024).toFixed(1)} GiB`;
}
