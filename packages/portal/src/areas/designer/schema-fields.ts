import { type Field, fieldsOf } from "@berth/api/fields.ts";
import { TemplateDocument } from "@berth/api/template-document.ts";

/** The fields of the parts of a template, out of its schema: what the contract says, the panels show. */
const document = fieldsOf(TemplateDocument);
const spec = inside(document, "spec");
const group = inside(spec, "groups");

/** What is asked first comes first; its name and NICs are drawn apart. */
const GROUP_ORDER = [
  ...["kind", "count", "cores", "memory", "image", "hostname", "disks"],
  ...group.map(({ name }) => name),
].filter((name, i, all) => all.indexOf(name) === i && name !== "name" && name !== "nics");

export const FIELDS = {
  metadata: inside(document, "metadata"),
  /** Without the groups and networks, which are drawn. */
  spec: spec.filter(({ name }) => name !== "groups" && name !== "networks"),
  group: GROUP_ORDER.flatMap((name) => group.filter((field) => field.name === name)),
  nic: inside(group, "nics").filter(({ name }) => name !== "network" && name !== "primary"),
  disk: inside(group, "disks").filter(({ name }) => name !== "name"),
} as const;

function inside(fields: readonly Field[], name: string): readonly Field[] {
  const shape = fields.find((field) => field.name === name)?.shape;
  if (shape?.kind === "object") return shape.fields;
  return shape?.kind === "list" && shape.item.kind === "object" ? shape.item.fields : [];
}
