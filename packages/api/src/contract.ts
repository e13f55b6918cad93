import { addressContract } from "./address.ts";
import { approvalRuleContract } from "./approval-rule.ts";
import { auditContract } from "./audit.ts";
import { consoleContract } from "./console.ts";
import { enclosureContract } from "./enclosure.ts";
import { eventContract } from "./event.ts";
import { grantContract } from "./grant.ts";
import { groupContract } from "./group.ts";
import { guestContract } from "./guest.ts";
import { hostContract } from "./host.ts";
import { identityContract } from "./identity.ts";
import { identityRangeContract } from "./identity-range.ts";
import { imageContract } from "./image.ts";
import { machineContract } from "./machine.ts";
import { mailContract } from "./mail.ts";
import { networkContract } from "./network.ts";
import { operationContract } from "./operation.ts";
import { policyContract } from "./policy.ts";
import { poolContract } from "./pool.ts";
import { priceContract } from "./price.ts";
import { projectContract } from "./project.ts";
import { providerContract } from "./provider.ts";
import { requestContract } from "./request.ts";
import type { Contract } from "./route.ts";
import { scriptContract } from "./script.ts";
import { selfServicePolicyContract } from "./self-service-policy.ts";
import { serverContract } from "./server.ts";
import { serviceContract } from "./service.ts";
import { sessionContract } from "./session.ts";
import { signInContract } from "./sign-in.ts";
import { siteContract } from "./site.ts";
import { systemContract } from "./system.ts";
import { templateContract, templatePlaceContract } from "./template.ts";
import { topologyContract } from "./topology.ts";
import { usageContract } from "./usage.ts";
import { volumeContract } from "./volume.ts";

/** Every operation of the public API, by operation id. Add a noun's contract here and it is everywhere. */
export const contract = {
  ...identityContract,
  ...groupContract,
  ...projectContract,
  ...grantContract,
  ...templateContract,
  ...templatePlaceContract,
  ...priceContract,
  ...requestContract,
  ...serviceContract,
  ...approvalRuleContract,
  ...mailContract,
  ...selfServicePolicyContract,
  ...enclosureContract,
  ...hostContract,
  ...machineContract,
  ...providerContract,
  ...siteContract,
  ...networkContract,
  ...addressContract,
  ...identityRangeContract,
  ...poolContract,
  ...usageContract,
  ...volumeContract,
  ...serverContract,
  ...topologyContract,
  ...guestContract,
  ...consoleContract,
  ...imageContract,
  ...policyContract,
  ...operationContract,
  ...eventContract,
  ...systemContract,
  ...sessionContract,
  ...signInContract,
  ...auditContract,
  ...scriptContract,
} satisfies Contract;
