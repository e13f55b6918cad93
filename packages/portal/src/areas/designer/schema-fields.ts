import { type Field, fieldsOf } from "@berth/api/fields.ts";
import { TemplateDocument } from "@berth/api/template-document.ts";

/** The fields of the parts of a template, out of its schema: what the contract says, the panels show. */
const document = fieldsOf(TemplateDocument);
const spec = inside(document, "spec");
const group = inside(spec, "groups");

export const FIELDS = {
  metadata: inside(document, "metadata"),
  /** Without the groups and networks, which are drawn. */
  spec: spec.filter(({ name }) => name !== "groups" && name !== "networks"),
  group: group.filter(({ name }) => name !== "name" && name !== "nics"),
  nic: inside(group, "nics").filter(({ name }) => name !== "network" && name !== "primary"),
  disk: inside(group, "disks").filter(({ name }) => name !== "name"),
} as const;

function inside(fields: readonly Field[], name: string): readonly Field[] {
  const shape = fields.find((field) => field.name === name)?.shape;
  if (shape?.kind === "object") return shape.fields;
  return shape?.kind === "list" && shape.item.kind === "object" ? shape.item.fields : [];
}
