import { identityContract } from "./identity.ts";
import { operationContract } from "./operation.ts";
import { requestContract } from "./request.ts";
import type { Contract } from "./route.ts";
import { serverContract } from "./server.ts";
import { serviceContract } from "./service.ts";
import { auditContract, systemContract } from "./system.ts";
import { templateContract } from "./template.ts";

/** Every operation of the public API, by operation id. Add a noun's contract here and it is everywhere. */
export const contract = {
  ...identityContract,
  ...templateContract,
  ...requestContract,
  ...serviceContract,
  ...serverContract,
  ...operationContract,
  ...systemContract,
  ...auditContract,
} satisfies Contract;
