// Written by `./berth gen` from the catalogs of a migrated database. Do not edit.
import type { ColumnType, GeneratedAlways } from "kysely";

type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;
/** Read as parsed JSON; written as a JSON text (`JSON.stringify`), so that arrays and strings stay JSON. */
export type Json = ColumnType<unknown, string, string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface AddressTable {
  id: string;
  network_id: string;
  ip: string;
  kind: string;
  server_id: string | null;
  nic: number | null;
  mode: string | null;
  note: string | null;
  during: string;
  created_at: Generated<Timestamp>;
}

export interface ControllerTable {
  id: string;
  name: string;
  host: string;
  pid: number;
  started_at: Generated<Timestamp>;
  heartbeat_at: Generated<Timestamp>;
  lease_until: Timestamp;
  dead_at: Timestamp | null;
  recovered_at: Timestamp | null;
}

export interface EventTable {
  id: GeneratedAlways<number>;
  xid: Generated<string>;
  at: Generated<Timestamp>;
  subject_kind: string;
  subject_id: string;
  kind: string;
  user_id: string | null;
  root_id: string | null;
  data: Generated<Json>;
}

export interface IdentityClaimTable {
  id: string;
  kind: string;
  value: string;
  server_id: string;
  ordinal: number;
  during: string;
}

export interface IdentityRangeTable {
  id: string;
  kind: string;
  name: string;
  first_value: string;
  last_value: string;
  created_at: Generated<Timestamp>;
}

export interface MigrationTable {
  name: string;
  checksum: string;
  applied_at: Generated<Timestamp>;
}

export interface NetworkTable {
  id: string;
  version: Generated<number>;
  name: string;
  site_id: string;
  cidr: string;
  vlan: number | null;
  gateway: string | null;
  dns: Generated<string[]>;
  domain: string | null;
  pxe: Generated<boolean>;
  created_at: Generated<Timestamp>;
}

export interface NetworkRangeTable {
  id: string;
  network_id: string;
  kind: string;
  first_ip: string;
  last_ip: string;
  note: string | null;
  created_at: Generated<Timestamp>;
}

export interface OperationTable {
  id: string;
  parent_id: string | null;
  root_id: string;
  workflow: string;
  title: string;
  subject_kind: string;
  subject_id: string;
  user_id: string | null;
  input: Json;
  output: Json | null;
  state: Generated<string>;
  phase: Generated<string>;
  turned_by: string | null;
  error: string | null;
  waits_for: string | null;
  wait_kind: string | null;
  wait_topic: string | null;
  wake_at: Timestamp | null;
  cancel_reason: string | null;
  run: Generated<number>;
  runner: string | null;
  created_at: Generated<Timestamp>;
  started_at: Timestamp | null;
  ended_at: Timestamp | null;
}

export interface OperationLogTable {
  id: GeneratedAlways<number>;
  operation_id: string;
  position: number | null;
  at: Generated<Timestamp>;
  level: string;
  message: string;
}

export interface OperationMessageTable {
  id: GeneratedAlways<number>;
  operation_id: string;
  topic: string;
  body: Json;
  sent_at: Generated<Timestamp>;
  taken_at: Timestamp | null;
}

export interface OperationStepTable {
  operation_id: string;
  position: number;
  name: string;
  kind: string;
  state: string;
  attempt: Generated<number>;
  percent: number | null;
  note: string | null;
  input: Json;
  output: Json | null;
  error: string | null;
  started_at: Generated<Timestamp>;
  ended_at: Timestamp | null;
  undone_at: Timestamp | null;
}

export interface ProfileTable {
  id: string;
  server_id: string;
  uuid: string;
  serial: string;
  boot: string;
  machine_id: string | null;
  created_at: Generated<Timestamp>;
}

export interface ProfileNicTable {
  profile_id: string;
  ordinal: number;
  mac: string;
  network_id: string;
  ip: string | null;
}

export interface ReconcilerReportTable {
  name: string;
  controller_id: string;
  started_at: Timestamp;
  ended_at: Timestamp;
  checked: number;
  changed: number;
  failed: number;
  error: string | null;
}

export interface SiteTable {
  id: string;
  name: string;
  dial: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface VolumeTable {
  id: string;
  name: string;
  host_id: string | null;
  machine_id: string | null;
  place: string | null;
  disk: string;
  role: string;
  size_gib: number;
  state: Generated<string>;
  during: string;
  created_at: Generated<Timestamp>;
}

export interface VolumeUseTable {
  volume_id: string;
  server_id: string;
}

export interface Tables {
  address: AddressTable;
  controller: ControllerTable;
  event: EventTable;
  identity_claim: IdentityClaimTable;
  identity_range: IdentityRangeTable;
  migration: MigrationTable;
  network: NetworkTable;
  network_range: NetworkRangeTable;
  operation: OperationTable;
  operation_log: OperationLogTable;
  operation_message: OperationMessageTable;
  operation_step: OperationStepTable;
  profile: ProfileTable;
  profile_nic: ProfileNicTable;
  reconciler_report: ReconcilerReportTable;
  site: SiteTable;
  volume: VolumeTable;
  volume_use: VolumeUseTable;
}
