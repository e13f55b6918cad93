import { constants } from "node:os";
import { ProviderError, type ProviderFailure } from "../../../kernel/errors.ts";

/** What libvirt answered, word for word. For the log: it may quote names and paths of the host. */
export class LibvirtError extends Error {
  readonly code: number;
  /** Of an error of the host's kernel: its errno. */
  readonly errno: number | null;

  constructor(code: number, message: string, errno: number | null = null) {
    super(message.slice(0, 2_000));
    this.name = "LibvirtError";
    this.code = code;
    this.errno = errno;
  }
}

/** virErrorNumber (include/libvirt/virterror.h), as far as we look at it. */
export const VIR_ERR = {
  noSupport: 3,
  noConnect: 5,
  operationFailed: 9,
  callFailed: 26,
  domExist: 28,
  operationDenied: 29,
  systemError: 38,
  rpc: 39,
  noDomain: 42,
  authFailed: 45,
  noStoragePool: 49,
  noStorageVol: 50,
  operationInvalid: 55,
  operationTimeout: 68,
  authCancelled: 79,
  operationAborted: 78,
  agentUnresponsive: 86,
  resourceBusy: 87,
  accessDenied: 88,
  storageVolExist: 90,
  authUnavailable: 94,
} as const;

/** Everything that is not in here was understood and refused: `rejected`. */
const FAILURES: ReadonlyMap<number, ProviderFailure> = new Map([
  [VIR_ERR.noDomain, "not_found"],
  [VIR_ERR.noStoragePool, "not_found"],
  [VIR_ERR.noStorageVol, "not_found"],
  [VIR_ERR.noConnect, "unreachable"],
  [VIR_ERR.operationDenied, "denied"],
  [VIR_ERR.authFailed, "denied"],
  [VIR_ERR.authCancelled, "denied"],
  [VIR_ERR.authUnavailable, "denied"],
  [VIR_ERR.accessDenied, "denied"],
  [VIR_ERR.operationTimeout, "busy"],
  [VIR_ERR.operationAborted, "busy"],
  [VIR_ERR.agentUnresponsive, "busy"],
  [VIR_ERR.resourceBusy, "busy"],
]);

const { ENOSPC, EDQUOT } = constants.errno;

/** An answer of libvirt is certain: what it refuses did not happen. */
export function refusedBy(error: LibvirtError, doing: string): ProviderError {
  if (error.errno === ENOSPC || error.errno === EDQUOT) {
    return new ProviderError("rejected", `the host's storage is full: ${doing}`, { cause: error });
  }
  return new ProviderError(FAILURES.get(error.code) ?? "rejected", `the hypervisor refused: ${doing}`, {
    cause: error,
  });
}

export function codeOf(error: unknown): number | null {
  return error instanceof ProviderError && error.cause instanceof LibvirtError ? error.cause.code : null;
}
