import { z } from "zod";
import { Name } from "./common.ts";
import { type Contract, route } from "./route.ts";

const Type = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "a provider's type");

export const ProviderTypeInfo = z.object({
  type: z.string(),
  manages: z.enum(["machines", "hosts"]).describe("what is enrolled with it"),
  settings: z
    .record(z.string(), z.unknown())
    .describe("JSON Schema of its settings; what is never shown again is writeOnly"),
});

const RoleResult = z.object({
  role: z.string().describe("power, inventory, vms, …"),
  state: z
    .enum(["works", "fails", "untested", "absent"])
    .describe("untested: it can't be tried without changing something; absent: a backend of this type can't do it"),
  says: z.string().describe("what was found, or why it failed"),
});

export const ProviderTest = z.object({
  works: z.boolean().describe("whether what enrolment needs has answered"),
  summary: z.string(),
  choices: z
    .array(z.string())
    .describe("what enrolment asks for: the systems of a management controller, or the storage pools of a host"),
  roles: z.array(RoleResult),
  tookMs: z.number().int(),
});
export type ProviderTest = z.output<typeof ProviderTest>;

export const providerContract = {
  listProviders: route({
    method: "GET",
    path: "/v1/providers",
    tag: "providers",
    rule: "estate-read",
    summary: "Kinds of backends that Berth drives, and what their settings are",
    response: z.object({ items: z.array(ProviderTypeInfo) }),
    cli: { words: ["provider", "list"], columns: ["type", "manages"], example: "berth provider list" },
  }),
  testProvider: route({
    method: "POST",
    path: "/v1/providers/test",
    tag: "providers",
    rule: "operate",
    summary: "Connect with these settings and say what works, role by role; nothing is changed and nothing is kept",
    body: z.strictObject({
      provider: Type.describe("type of the provider, for example redfish"),
      site: Name.describe("site from where it is reached"),
      settings: z
        .record(z.string().max(100), z.unknown())
        .describe("as the provider wants them, with their secrets, for example endpoint, username, password"),
      systemId: z.string().min(1).max(200).optional().describe("which machine of a management controller"),
      storagePool: z.string().min(1).max(100).optional().describe("which storage pool of a host"),
    }),
    response: ProviderTest,
    cli: {
      words: ["provider", "test"],
      args: ["provider"],
      columns: ["works", "summary", "choices", "roles", "tookMs"],
      example: `berth provider test libvirt --site lab --settings '{"socket":"/run/libvirt/libvirt-sock"}'`,
    },
  }),
} satisfies Contract;
