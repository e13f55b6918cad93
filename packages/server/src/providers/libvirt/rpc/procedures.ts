import { array, type Codec, chars, int, nothing, opaque, optional, string, struct, uhyper, uint } from "./xdr.ts";

/**
 * The procedures of libvirt's remote protocol that Berth calls: number, arguments, result.
 * Numbers and layouts are those of src/remote/remote_protocol.x, which only ever grows.
 */

export const REMOTE_PROGRAM = 0x20008086;
export const KEEPALIVE_PROGRAM = 0x6b656570;
export const KEEPALIVE = { ping: 1, pong: 2 } as const;
export const PROTOCOL_VERSION = 1;

const domain = struct({ name: string, uuid: opaque(16), id: int });
const pool = struct({ name: string, uuid: opaque(16) });
const volume = struct({ pool: string, name: string, key: string });
const network = struct({ name: string, uuid: opaque(16) });

export type DomainRef = { name: string; uuid: string /** -1 when it is not running. */; id: number };
export type PoolRef = { name: string; uuid: string };
export type VolRef = { pool: string; name: string; key: string };

export const remoteError = struct({
  code: int,
  domain: int,
  message: optional(string),
  level: int,
  dom: optional(domain),
  str1: optional(string),
  str2: optional(string),
  str3: optional(string),
  int1: int,
  int2: int,
  net: optional(network),
});

export interface Procedure<A, R> {
  readonly number: number;
  readonly args: Codec<A>;
  readonly result: Codec<R>;
  /** Whether it changes anything: if so, a lost reply leaves open whether it happened. */
  readonly effect: boolean;
}

function reads<A, R>(number: number, args: Codec<A>, result: Codec<R>): Procedure<A, R> {
  return { number, args, result, effect: false };
}

function changes<A, R>(number: number, args: Codec<A>, result: Codec<R>): Procedure<A, R> {
  return { number, args, result, effect: true };
}

const dom = struct({ dom: domain });
const domFlags = struct({ dom: domain, flags: uint });
const listing = struct({ needResults: int, flags: uint });
const xml = struct({ xml: string });
const transfer = struct({ vol: volume, offset: uhyper, length: uhyper, flags: uint });

export const PROCEDURES = {
  connectOpen: reads(1, struct({ name: optional(string), flags: uint }), nothing),
  connectClose: reads(2, nothing, nothing),
  connectGetType: reads(3, nothing, struct({ type: string })),
  connectGetVersion: reads(4, nothing, struct({ version: uhyper })),
  nodeGetInfo: reads(
    6,
    nothing,
    struct({
      model: chars(32),
      memoryKiB: uhyper,
      cpus: int,
      mhz: int,
      nodes: int,
      sockets: int,
      cores: int,
      threads: int,
    }),
  ),
  connectGetCapabilities: reads(7, nothing, struct({ capabilities: string })),
  connectGetLibVersion: reads(157, nothing, struct({ version: uhyper })),
  connectSupportsFeature: reads(60, struct({ feature: int }), struct({ supported: int })),
  authList: reads(66, nothing, struct({ types: array(int, 20) })),
  authPolkit: reads(70, nothing, struct({ complete: int })),

  domainCreate: changes(9, dom, nothing),
  domainGetXmlDesc: reads(14, domFlags, xml),
  domainLookupByName: reads(23, struct({ name: string }), dom),
  domainShutdown: changes(33, dom, nothing),
  domainUpdateDeviceFlags: changes(174, struct({ dom: domain, xml: string, flags: uint }), nothing),
  domainOpenConsole: reads(201, struct({ dom: domain, device: optional(string), flags: uint }), nothing),
  domainUndefineFlags: changes(231, domFlags, nothing),
  domainDestroyFlags: changes(234, domFlags, nothing),
  domainReset: changes(245, domFlags, nothing),
  domainSetMetadata: changes(
    264,
    struct({
      dom: domain,
      type: int,
      metadata: optional(string),
      key: optional(string),
      uri: optional(string),
      flags: uint,
    }),
    nothing,
  ),
  domainDefineXmlFlags: changes(350, struct({ xml: string, flags: uint }), dom),
  connectListAllDomains: reads(273, listing, struct({ domains: array(domain, 16_384), ret: uint })),

  storagePoolLookupByName: reads(84, struct({ name: string }), struct({ pool })),
  storagePoolGetInfo: reads(
    87,
    struct({ pool }),
    struct({ state: int, capacity: uhyper, allocation: uhyper, available: uhyper }),
  ),
  storagePoolRefresh: changes(83, struct({ pool, flags: uint }), nothing),
  connectListAllStoragePools: reads(281, listing, struct({ pools: array(pool, 4_096), ret: uint })),
  storagePoolListAllVolumes: reads(
    282,
    struct({ pool, needResults: int, flags: uint }),
    struct({ vols: array(volume, 16_384), ret: uint }),
  ),

  storageVolCreateXml: changes(93, struct({ pool, xml: string, flags: uint }), struct({ vol: volume })),
  storageVolDelete: changes(94, struct({ vol: volume, flags: uint }), nothing),
  storageVolLookupByName: reads(95, struct({ pool, name: string }), struct({ vol: volume })),
  storageVolGetXmlDesc: reads(99, struct({ vol: volume, flags: uint }), xml),
  storageVolUpload: changes(208, transfer, nothing),
  storageVolDownload: reads(209, transfer, nothing),

  connectDomainEventCallbackRegisterAny: reads(
    316,
    struct({ eventId: int, dom: optional(domain) }),
    struct({ callbackId: int }),
  ),
};

export const LIFECYCLE_EVENT = {
  number: 318,
  body: struct({ callbackId: int, dom: domain, event: int, detail: int }),
};

/** A hole in a sparse stream: so many zero bytes that are not sent. */
export const streamHole = struct({ length: uhyper, flags: uint });

/** Bits and values of libvirt's public headers. */
export const FLAGS = {
  xmlSecure: 1,
  xmlInactive: 2,
  defineValidate: 1,
  undefineManagedSave: 1,
  undefineSnapshotsMetadata: 2,
  undefineNvram: 4,
  affectLive: 1,
  affectConfig: 2,
  poolsActive: 2,
  uploadSparse: 1,
} as const;

export const METADATA_ELEMENT = 2;
export const EVENT_LIFECYCLE = 0;
export const FEATURE_KEEPALIVE = 10;
export const AUTH = { none: 0, sasl: 1, polkit: 2 } as const;
