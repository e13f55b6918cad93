import { addressContract } from "./address.ts";
import { enclosureContract } from "./enclosure.ts";
import { guestContract } from "./guest.ts";
import { hostContract } from "./host.ts";
import { identityContract } from "./identity.ts";
import { identityRangeContract } from "./identity-range.ts";
import { imageContract } from "./image.ts";
import { machineContract } from "./machine.ts";
import { networkContract } from "./network.ts";
import { operationContract } from "./operation.ts";
import { policyContract } from "./policy.ts";
import { poolContract } from "./pool.ts";
import { priceContract } from "./price.ts";
import { requestContract } from "./request.ts";
import type { Contract } from "./route.ts";
import { serverContract } from "./server.ts";
import { serviceContract } from "./service.ts";
import { siteContract } from "./site.ts";
import { auditContract, systemContract } from "./system.ts";
import { templateContract } from "./template.ts";
import { volumeContract } from "./volume.ts";

/** Every operation of the public API, by operation id. Add a noun's contract here and it is everywhere. */
export const contract = {
  ...identityContract,
  ...templateContract,
  ...priceContract,
  ...requestContract,
  ...serviceContract,
  ...enclosureContract,
  ...hostContract,
  ...machineContract,
  ...siteContract,
  ...networkContract,
  ...addressContract,
  ...identityRangeContract,
  ...poolContract,
  ...volumeContract,
  ...serverContract,
  ...guestContract,
  ...imageContract,
  ...policyContract,
  ...operationContract,
  ...systemContract,
  ...auditContract,
} satisfies Contract;
