import { enclosureContract } from "./enclosure.ts";
import { hostContract } from "./host.ts";
import { identityContract } from "./identity.ts";
import { machineContract } from "./machine.ts";
import { operationContract } from "./operation.ts";
import { requestContract } from "./request.ts";
import type { Contract } from "./route.ts";
import { serverContract } from "./server.ts";
import { serviceContract } from "./service.ts";
import { siteContract } from "./site.ts";
import { auditContract, systemContract } from "./system.ts";
import { templateContract } from "./template.ts";

/** Every operation of the public API, by operation id. Add a noun's contract here and it is everywhere. */
export const contract = {
  ...identityContract,
  ...templateContract,
  ...requestContract,
  ...serviceContract,
  ...enclosureContract,
  ...hostContract,
  ...machineContract,
  ...siteContract,
  ...serverContract,
  ...operationContract,
  ...systemContract,
  ...auditContract,
} satisfies Contract;
