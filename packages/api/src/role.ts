import { z } from "zod";
import { Id } from "./common.ts";

export const Role = z
  .enum(["administrator", "architect", "approver", "operator", "user", "auditor"])
  .describe(
    "administrator: everything; architect: designs templates; approver: decides requests; operator: runs the estate " +
      "and others' servers; user: asks for services; auditor: reads",
  );
export type RoleName = z.infer<typeof Role>;

/** What a role is held on. */
export const GrantOn = z.enum(["everything", "project", "pool"]);

/** A role that somebody holds, by himself or through a group. */
export const HeldGrant = z.object({
  role: Role,
  on: GrantOn,
  id: Id.nullable().describe("of the project or pool"),
  name: z.string().nullable().describe("of the project or pool"),
});

export const TokenScope = z.enum(["full", "read"]).describe("all that its owner may, or reading only");
