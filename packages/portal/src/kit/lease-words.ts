type LeasePolicy = "deactivate" | "delete" | "ignore";

/** What happens at the end of a lease, as a sentence's second half. */
export function endOfLease(policy: LeasePolicy): string {
  switch (policy) {
    case "deactivate":
      return "virtual servers are switched off and kept, physical ones are wiped and freed";
    case "delete":
      return "all its servers and their disks are removed";
    case "ignore":
      return "nothing happens";
  }
}
