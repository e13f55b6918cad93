import type { Path } from "./document.ts";
import type { Document } from "./read-template.ts";

/** Something wrong at a place of a document; rules over several fields, as those over one are in the schema. */
export interface FoundProblem {
  readonly code: string;
  readonly path: Path;
  readonly message: string;
}

type Spec = Document["spec"];
type Group = Spec["groups"][number];
type Hook = Spec["hooks"][number];

const MAX_SERVERS = 500;

export function ruleProblems(document: Document): FoundProblem[] {
  const { spec } = document;
  const servers = spec.groups.reduce((sum, group) => sum + group.count, 0);
  return [
    ...duplicates(spec.groups, (group) => group.name, ["spec", "groups"], "name", "group"),
    ...duplicates(spec.groups, (group) => group.hostname, ["spec", "groups"], "hostname", "hostname"),
    ...duplicates(spec.hooks, (hook) => hook.name, ["spec", "hooks"], "name", "hook"),
    ...duplicates(spec.costs, (cost) => cost.name, ["spec", "costs"], "name", "cost"),
    ...duplicates(spec.osProfiles ?? [], (profile) => profile.name, ["spec", "osProfiles"], "name", "OS profile"),
    ...duplicates(
      spec.hardwareProfiles ?? [],
      (profile) => profile.name,
      ["spec", "hardwareProfiles"],
      "name",
      "hardware profile",
    ),
    ...(servers > MAX_SERVERS
      ? [
          {
            code: "too_many_servers",
            path: ["spec", "groups"],
            message: `a service has at most ${MAX_SERVERS} servers, this one ${servers}`,
          },
        ]
      : []),
    ...spec.groups.flatMap((group, i) => groupProblems(group, ["spec", "groups", i], spec)),
    ...spec.hooks.flatMap((hook, i) => hookProblems(hook, ["spec", "hooks", i], spec)),
    ...unusedNetworks(spec),
    ...duplicates(
      (spec.networks ?? []).map((name) => ({ name })),
      (network) => network.name,
      ["spec", "networks"],
      null,
      "network",
    ),
    ...staticTwice(spec),
  ];
}

function groupProblems(group: Group, path: Path, spec: Spec): FoundProblem[] {
  const boots = group.disks.filter((disk) => disk.role === "boot").length;
  const primaries = group.nics.filter((nic) => nic.primary).length;
  const problems: FoundProblem[] = [
    ...duplicates(group.disks, (disk) => disk.name, [...path, "disks"], "name", "disk"),
    ...duplicates(group.nics, (nic) => nic.network, [...path, "nics"], "network", "network"),
  ];
  const say = (code: string, where: Path, message: string) =>
    problems.push({ code, path: [...path, ...where], message });
  if (boots !== 1) say("boot_disks", ["disks"], `a group has exactly one disk with the role boot, this one ${boots}`);
  const needsChoice = group.nics.length > 1;
  if (primaries > 1 || (needsChoice && primaries === 0))
    say("primary_nics", ["nics"], `exactly one NIC is primary, here ${primaries} are`);
  if (group.count > 1 && group.nics.some((nic) => nic.mode === "static"))
    say(
      "static_group",
      ["count"],
      "several servers can't share a static address; use automatic, or a group for each server",
    );
  if (group.kind !== "virtual" && group.disks.some((disk) => disk.role === "shared"))
    say("shared_physical", ["disks"], "a shared disk needs the storage of a host; only virtual groups can have one");
  if (group.kind === "physical" && group.goal !== undefined)
    say("goal_physical", ["goal"], "a goal lays VMs over hosts; physical groups have none");
  problems.push(...profileProblems(group, path, spec));
  for (const [i, nic] of group.nics.entries()) {
    if (nic.mode === "static" && nic.address === undefined)
      say("address_missing", ["nics", i], "a static NIC needs its address");
    if (nic.mode !== "static" && nic.address !== undefined)
      say("address_unused", ["nics", i, "address"], `an address belongs to mode static, not ${nic.mode}`);
    if (spec.networks !== undefined && !spec.networks.includes(nic.network))
      say("network_undeclared", ["nics", i, "network"], `network ${nic.network} is not among spec.networks`);
  }
  for (const [i, disk] of group.disks.entries())
    if (disk.role === "boot" && /^[1-9]\d{0,2}MiB$/.test(disk.size))
      say("boot_disk_small", ["disks", i, "size"], "a boot disk has at least 1GiB");
  return problems;
}

function profileProblems(group: Group, path: Path, spec: Spec): FoundProblem[] {
  const problems: FoundProblem[] = [];
  const say = (code: string, field: string, message: string) =>
    problems.push({ code, path: [...path, field], message });
  const hasHardware = spec.hardwareProfiles?.some((profile) => profile.name === group.hardware) === true;
  if (group.hardware !== undefined && !hasHardware)
    say("unknown_profile", "hardware", `there is no hardware profile ${group.hardware} in spec.hardwareProfiles`);
  if (group.os !== undefined && spec.osProfiles?.some((profile) => profile.name === group.os) !== true)
    say("unknown_profile", "os", `there is no OS profile ${group.os} in spec.osProfiles`);
  if (group.hardware !== undefined) return problems;
  if (group.cores === undefined) say("required", "cores", "is missing; it takes a number, or a hardware profile");
  if (group.memory === undefined) say("required", "memory", "is missing; it takes text, or a hardware profile");
  return problems;
}

function hookProblems(hook: Hook, path: Path, spec: Spec): FoundProblem[] {
  const problems: FoundProblem[] = [];
  if (hook.group !== undefined && !spec.groups.some((group) => group.name === hook.group))
    problems.push({ code: "unknown_group", path: [...path, "group"], message: `there is no group ${hook.group}` });
  const hasServers = hook.at === "after-create" || hook.at === "before-delete";
  if ("script" in hook.run && !hasServers)
    problems.push({
      code: "no_server",
      path: [...path, "at"],
      message: `no server is there at ${hook.at} that could run a script`,
    });
  if ("http" in hook.run && hook.group !== undefined)
    problems.push({
      code: "http_group",
      path: [...path, "group"],
      message: "Berth makes HTTP calls itself, once; a group makes no sense",
    });
  const seconds = Number.parseInt(hook.timeout, 10) * (hook.timeout.endsWith("m") ? 60 : 1);
  if (seconds > MAX_HOOK_SECONDS)
    problems.push({ code: "timeout_long", path: [...path, "timeout"], message: "a hook may take 60m at most" });
  for (const name of Object.keys(hook.env))
    if (name.startsWith("BERTH_") || RESERVED_ENV.has(name))
      problems.push({
        code: "reserved_env",
        path: [...path, "env", name],
        message: `${name} is set by Berth or the system`,
      });
  return problems;
}

const MAX_HOOK_SECONDS = 3600;
const RESERVED_ENV = new Set([
  "PATH",
  "HOME",
  "SHELL",
  "USER",
  "IFS",
  "ENV",
  "BASH_ENV",
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
]);

function unusedNetworks(spec: Spec): FoundProblem[] {
  const used = new Set(spec.groups.flatMap((group) => group.nics.map((nic) => nic.network)));
  return (spec.networks ?? []).flatMap((name, i) =>
    used.has(name)
      ? []
      : [{ code: "network_unused", path: ["spec", "networks", i], message: `no NIC uses network ${name}` }],
  );
}

function staticTwice(spec: Spec): FoundProblem[] {
  const seen = new Set<string>();
  return spec.groups.flatMap((group, g) =>
    group.nics.flatMap((nic, n) => {
      if (nic.address === undefined) return [];
      const key = `${nic.network} ${nic.address}`;
      const isTwice = seen.has(key);
      seen.add(key);
      const path: Path = ["spec", "groups", g, "nics", n, "address"];
      return isTwice ? [{ code: "address_twice", path, message: `address ${nic.address} is given twice` }] : [];
    }),
  );
}

function duplicates<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  path: Path,
  field: string | null,
  what: string,
): FoundProblem[] {
  return items.flatMap((item, i) => {
    const isFirst = items.findIndex((other) => keyOf(other) === keyOf(item)) === i;
    const where = field === null ? [...path, i] : [...path, i, field];
    return isFirst ? [] : [{ code: "duplicate", path: where, message: `${what} ${keyOf(item)} is there twice` }];
  });
}
