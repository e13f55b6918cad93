import { TemplateDocument } from "@berth/api/template-document.ts";
import type { z } from "zod";
import { fieldName, type Path, readYaml, type TemplateProblem, type YamlDocument } from "./document.ts";
import type { Template, TemplateGroup, TemplateHook } from "./template.ts";
import { type FoundProblem, ruleProblems } from "./template-rules.ts";

export type Document = z.output<typeof TemplateDocument>;

export type ReadTemplate =
  | {
      readonly template: Template;
      readonly document: Document;
      /** Tells where in the text a problem is that is found later. */
      readonly placed: (problem: FoundProblem) => TemplateProblem;
    }
  | {
      readonly problems: TemplateProblem[];
      /** Null where not even the single fields are right. */
      readonly document: Document | null;
    };

/** Reads a template from YAML, or says everything that is wrong with it, each with its field and line. */
export function readTemplate(yaml: string): ReadTemplate {
  const read = readYaml(yaml);
  if ("problems" in read) return { ...read, document: null };
  const parsed = TemplateDocument.safeParse(read.document.value);
  if (!parsed.success)
    return {
      problems: inOrder(parsed.error.issues.flatMap((issue) => problemsOf(issue, read.document))),
      document: null,
    };
  const placed = ({ code, path, message }: FoundProblem): TemplateProblem => ({
    code,
    field: fieldName(path),
    path,
    message,
    line: read.document.lineOf(path),
  });
  const problems = ruleProblems(parsed.data).map(placed);
  if (problems.length > 0) return { problems: inOrder(problems), document: parsed.data };
  return { template: templateOf(parsed.data), document: parsed.data, placed };
}

/** Units in numbers, defaults and profiles filled in. The document must have been checked. */
export function templateOf(document: Document): Template {
  const groups = document.spec.groups.map((group) => groupOf(group, document.spec));
  return {
    name: document.metadata.name,
    title: document.metadata.title,
    notes: document.metadata.notes ?? null,
    networks: [...new Set(groups.flatMap((group) => group.nics.map((nic) => nic.network)))],
    groups,
    costs: document.spec.costs,
    hooks: document.spec.hooks.map(hookOf),
  };
}

export function mebibytes(size: string): number {
  const count = Number.parseInt(size, 10);
  if (size.endsWith("TiB")) return count * 1024 * 1024;
  return size.endsWith("GiB") ? count * 1024 : count;
}

function groupOf(group: Document["spec"]["groups"][number], spec: Document["spec"]): TemplateGroup {
  const hardware = spec.hardwareProfiles?.find((profile) => profile.name === group.hardware);
  const os = spec.osProfiles?.find((profile) => profile.name === group.os);
  return {
    name: group.name,
    kind: group.kind,
    count: group.count,
    // What the group says itself wins. One that says nothing is refused by the rules before anything is made of it.
    cores: group.cores ?? hardware?.cores ?? 0,
    memoryMiB: mebibytes(group.memory ?? hardware?.memory ?? "0MiB"),
    firmware: group.firmware ?? hardware?.firmware ?? null,
    image: group.image,
    hostname: group.hostname,
    disks: group.disks.map((disk) => ({
      name: disk.name,
      sizeGiB: Math.ceil(mebibytes(disk.size) / 1024),
      role: disk.role,
    })),
    nics: group.nics.map((nic) => ({
      network: nic.network,
      mode: nic.mode,
      address: nic.address ?? null,
      // With a single NIC there is nothing to choose.
      primary: nic.primary || group.nics.length === 1,
    })),
    goal: group.goal ?? null,
    os: os === undefined ? null : { locale: os.locale ?? null, timeZone: os.timeZone ?? null, adminKeys: os.adminKeys },
  };
}

function hookOf(hook: Document["spec"]["hooks"][number]): TemplateHook {
  const seconds = Number.parseInt(hook.timeout, 10) * (hook.timeout.endsWith("m") ? 60 : 1);
  return {
    name: hook.name,
    at: hook.at,
    group: hook.group ?? null,
    run:
      "script" in hook.run
        ? { kind: "script", script: hook.run.script }
        : { kind: "http", ...hook.run.http, body: hook.run.http.body ?? null },
    timeoutSeconds: seconds,
    env: hook.env,
  };
}

type Issue = z.core.$ZodIssue;

/** One problem per field: zod reports several unknown keys, and the branches of a union, as one issue. */
function problemsOf(issue: Issue, document: YamlDocument, above: Path = []): TemplateProblem[] {
  const path = [...above, ...issue.path.filter((part): part is string | number => typeof part !== "symbol")];
  const at = (code: string, where: Path, message: string): TemplateProblem => ({
    code,
    field: fieldName(where),
    path: where,
    message,
    line: document.lineOf(where),
  });
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => at("unknown_field", [...path, key], `unknown field ${key}`));
    case "invalid_union": {
      // The branch that came furthest is the one that was meant.
      const [closest] = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
      return (closest ?? []).flatMap((inner) => problemsOf(inner, document, path));
    }
    case "invalid_key":
      return [at("invalid_key", path, `${String(path.at(-1))} is not a name that can be used here`)];
    case "invalid_type":
      return [
        at(
          isMissing(document, path) ? "required" : "wrong_type",
          path,
          plainType(issue.expected, isMissing(document, path)),
        ),
      ];
    case "invalid_value":
      return [at("not_allowed", path, `must be ${issue.values.map(String).join(", or ")}`)];
    case "too_small":
      return [at("too_small", path, limitText("at least", issue.minimum, issue.origin))];
    case "too_big":
      return [at("too_big", path, limitText("at most", issue.maximum, issue.origin))];
    case "invalid_format":
      return [
        at(
          "bad_format",
          path,
          issue.format === "regex" ? `must be ${issue.message}` : `must be a valid ${issue.format}`,
        ),
      ];
    case "custom":
      return [at("bad_format", path, `must be ${issue.message}`)];
    default:
      return [at("invalid", path, issue.message)];
  }
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function isMissing(document: YamlDocument, path: Path): boolean {
  const value = path.reduce<unknown>(
    (node, part) =>
      typeof node === "object" && node !== null ? (node as Record<string | number, unknown>)[part] : undefined,
    document.value,
  );
  return value === undefined;
}

function plainType(expected: string, isAbsent: boolean): string {
  const words: Record<string, string> = {
    object: "fields",
    array: "a list",
    int: "a whole number",
    string: "text",
    record: "fields",
  };
  const wanted = words[expected] ?? `a ${expected}`;
  return isAbsent ? `is missing; it takes ${wanted}` : `takes ${wanted}`;
}

function limitText(word: string, limit: number | bigint, origin: string): string {
  const unit = origin === "string" ? " characters" : origin === "array" ? " entries" : "";
  return `must be ${word} ${limit}${unit}`;
}

function inOrder(problems: TemplateProblem[]): TemplateProblem[] {
  return problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
