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

export interface ApiTokenTable {
  id: string;
  user_id: string;
  name: string;
  secret_hash: Buffer;
  created_at: Generated<Timestamp>;
  expires_at: Timestamp | null;
  last_used_at: Timestamp | null;
  revoked_at: Timestamp | null;
  scope: Generated<string>;
}

export interface ApprovalAskTable {
  id: string;
  request_id: string;
  rule_id: string | null;
  rule_name: string;
  url: string;
  token_hash: Buffer;
  token_sealed: string;
  state: Generated<string>;
  error: string | null;
  decision: string | null;
  decided_by: string | null;
  reason: string | null;
  created_at: Generated<Timestamp>;
  asked_at: Timestamp | null;
  expires_at: Timestamp;
  ended_at: Timestamp | null;
}

export interface ApprovalRuleTable {
  id: string;
  version: Generated<number>;
  name: string;
  sort_order: number;
  notes: string | null;
  outcome: string;
  kinds: Generated<string[]>;
  templates: Generated<string[]>;
  projects: Generated<string[]>;
  groups: Generated<string[]>;
  max_price_per_day: string | null;
  max_total: string | null;
  max_days: number | null;
  max_servers: number | null;
  webhook_url: string | null;
  webhook_hours: Generated<number>;
  webhook_secret_sealed: string | null;
  webhook_previous_sealed: string | null;
  webhook_previous_until: Timestamp | null;
  created_at: Generated<Timestamp>;
}

export interface AuditTable {
  id: GeneratedAlways<number>;
  at: Generated<Timestamp>;
  user_id: string | null;
  user_name: string;
  action: string;
  object_kind: string;
  object_id: string;
  object_name: string | null;
  outcome: string;
  request_id: string | null;
  details: Generated<Json>;
  address: string | null;
  credential_kind: string | null;
  credential_id: string | null;
  before: Json | null;
  after: Json | null;
}

export interface AuditCutTable {
  position: number;
  hash: Buffer;
  mac: Buffer;
  rows: number;
  before: Timestamp;
  at: Generated<Timestamp>;
}

export interface AuditHeadTable {
  position: number;
  hash: Buffer;
  mac: Buffer;
  at: Generated<Timestamp>;
  is_complete: boolean;
}

export interface AuditRetentionTable {
  is_only: Generated<boolean>;
  version: Generated<number>;
  days: number | null;
}

export interface AuditSealTable {
  position: number;
  audit_id: number;
  hash: Buffer;
}

export interface BerthUserTable {
  id: string;
  version: Generated<number>;
  name: string;
  role: string;
  email: string | null;
  password_hash: string | null;
  disabled_at: Timestamp | null;
  created_at: Generated<Timestamp>;
  source: Generated<string>;
  subject: string | null;
  display_name: string | null;
  last_sign_in_at: Timestamp | null;
}

export interface BootCertificateTable {
  singleton: Generated<boolean>;
  certificate: string;
  key_sealed: string;
  created_at: Generated<Timestamp>;
}

export interface BootDecisionTable {
  id: GeneratedAlways<number>;
  machine_id: string;
  mac: string;
  peer: string;
  platform: string;
  chosen: string;
  reason: string;
  times: Generated<number>;
  first_at: Generated<Timestamp>;
  last_at: Generated<Timestamp>;
}

export interface BootPolicyTable {
  id: string;
  name: string;
  position: number;
  mac_prefix: string | null;
  model: string | null;
  serial: string | null;
  action: string;
  created_at: Generated<Timestamp>;
}

export interface BootSessionTable {
  token_sha256: string;
  machine_id: string;
  deployment_id: string | null;
  peer: string;
  boot_id: string | null;
  seed_taken: Generated<boolean>;
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
}

export interface ConsoleTicketTable {
  secret_hash: Buffer;
  user_id: string;
  subject_kind: string;
  subject_id: string;
  kind: string;
  watch_only: boolean;
  expires_at: Timestamp;
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

export interface DecisionTable {
  id: GeneratedAlways<number>;
  at: Generated<Timestamp>;
  subject_kind: string;
  subject_id: string;
  kind: string;
  chosen: string;
  reasons: Json;
}

export interface DeploymentTable {
  id: string;
  machine_id: string;
  server_id: string | null;
  task: string;
  boot_mac: string | null;
  image_id: string | null;
  disk: string | null;
  seed_sealed: string | null;
  seed_bytes: number | null;
  seed_sha256: string | null;
  on_done: string;
  state: Generated<string>;
  percent: Generated<number>;
  note: string | null;
  error: string | null;
  console: string | null;
  created_at: Generated<Timestamp>;
  changed_at: Generated<Timestamp>;
}

export interface DhcpHostTable {
  mac: string;
  site_id: string;
  server_id: string;
  ip: string;
  hostname: string;
}

export interface EnclosureTable {
  id: string;
  version: Generated<number>;
  name: string;
  site_id: string;
  model: string | null;
  bays: number;
  created_at: Generated<Timestamp>;
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

export interface HookRunTable {
  id: GeneratedAlways<number>;
  service_id: string;
  server_id: string | null;
  name: string;
  at: Generated<Timestamp>;
  exit_code: number | null;
  output: string;
}

export interface HostTable {
  id: string;
  version: Generated<number>;
  name: string;
  site_id: string;
  provider: string;
  settings: Json;
  secrets_sealed: string | null;
  state: Generated<string>;
  state_reason: string | null;
  hypervisor: string | null;
  hypervisor_version: string | null;
  technique: string | null;
  cores: number | null;
  memory_mib: number | null;
  storage_gib: number | null;
  storage_pool: string;
  bridges: Generated<Json>;
  maintenance: Generated<boolean>;
  maintenance_reason: string | null;
  observed_at: Timestamp | null;
  created_at: Generated<Timestamp>;
}

export interface IdempotentRequestTable {
  caller: string;
  key: string;
  operation: string;
  request_hash: Buffer;
  status: number | null;
  answer: Json | null;
  started_at: Generated<Timestamp>;
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

export interface ImageTable {
  id: string;
  name: string;
  version: number;
  os: string | null;
  firmware: string[];
  raw_bytes: number;
  raw_sha256: string;
  stream_bytes: number;
  source: string;
  created_at: Generated<Timestamp>;
}

export interface ImageReplicaTable {
  host_id: string;
  pool: string;
  raw_sha256: string;
  written_at: Generated<Timestamp>;
}

export interface LoginFailureTable {
  id: GeneratedAlways<number>;
  at: Generated<Timestamp>;
  name: string;
  address: string;
}

export interface MachineTable {
  id: string;
  version: Generated<number>;
  name: string;
  site_id: string;
  enclosure_id: string | null;
  bay: number | null;
  state: Generated<string>;
  state_reason: string | null;
  provider: string | null;
  settings: Json | null;
  secrets_sealed: string | null;
  system_id: string | null;
  manufacturer: string | null;
  model: string | null;
  serial: string | null;
  uuid: string | null;
  asset_tag: string | null;
  firmware: string | null;
  cores: number | null;
  memory_mib: number | null;
  disks: Json | null;
  nics: Json | null;
  health: Generated<string>;
  inspected_at: Timestamp | null;
  power_observed: Generated<string>;
  power_observed_at: Timestamp | null;
  maintenance: Generated<boolean>;
  maintenance_reason: string | null;
  created_at: Generated<Timestamp>;
}

export interface MachineMacTable {
  mac: string;
  machine_id: string;
}

export interface MailTable {
  id: string;
  recipient: string;
  subject: string;
  body: string;
  about: string;
  state: Generated<string>;
  attempts: Generated<number>;
  error: string | null;
  next_attempt_at: Generated<Timestamp>;
  sent_at: Timestamp | null;
  created_at: Generated<Timestamp>;
}

export interface MailSettingsTable {
  only_row: Generated<boolean>;
  version: Generated<number>;
  host: string | null;
  port: Generated<number>;
  tls: Generated<string>;
  ca: string | null;
  username: string | null;
  password_sealed: string | null;
  sender: string | null;
  portal_url: string | null;
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

export interface PriceListTable {
  only_row: Generated<boolean>;
  version: Generated<number>;
  currency: Generated<string>;
  physical_server: Generated<string>;
  virtual_server: Generated<string>;
  core: Generated<string>;
  memory_gib: Generated<string>;
  address: Generated<string>;
  storage_gib: Generated<string>;
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

export interface ProjectTable {
  id: string;
  version: Generated<number>;
  name: string;
  notes: string | null;
  created_at: Generated<Timestamp>;
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

export interface RequestTable {
  id: string;
  version: Generated<number>;
  state: Generated<string>;
  service_id: string;
  requester_id: string;
  requester: string;
  email: string;
  completion: string;
  pools: Json;
  on_failure: string;
  wish: Json;
  reason: string | null;
  decided_by: string | null;
  decided_at: Timestamp | null;
  created_at: Generated<Timestamp>;
  project_id: string | null;
  pool_id: string | null;
  kind: Generated<string>;
  extends_to: Timestamp | null;
  price: Json | null;
  approval_rule: string | null;
  approval_outcome: Generated<string>;
}

export interface ReservationTable {
  id: string;
  request_id: string;
  server_id: string;
  server_name: string;
  group_name: string;
  holder: string;
  pool_id: string;
  kind: string;
  machine_id: string | null;
  host_id: string | null;
  cores: number;
  memory_mib: number;
  storage_gib: number;
  during: string;
  created_at: Generated<Timestamp>;
  released_at: Timestamp | null;
}

export interface ResourcePoolTable {
  id: string;
  version: Generated<number>;
  name: string;
  notes: string | null;
  sort_order: Generated<number>;
  goal: Generated<string>;
  users: Generated<string[]>;
  roles: Generated<string[]>;
  created_at: Generated<Timestamp>;
}

export interface ResourcePoolHostTable {
  pool_id: string;
  host_id: string;
}

export interface ResourcePoolMachineTable {
  pool_id: string;
  machine_id: string;
}

export interface ResourcePoolNetworkTable {
  pool_id: string;
  network_id: string;
}

export interface RoleGrantTable {
  id: string;
  role: string;
  user_id: string | null;
  group_id: string | null;
  project_id: string | null;
  pool_id: string | null;
  created_by: string;
  created_at: Generated<Timestamp>;
}

export interface ScriptTable {
  id: string;
  name: string;
  notes: Generated<string>;
  owner_id: string;
  shared: Generated<boolean>;
  latest: number;
  created_at: Generated<Timestamp>;
}

export interface ScriptRunTable {
  operation_id: string;
  script_id: string;
  version: number;
  user_id: string;
  created_at: Generated<Timestamp>;
  started_at: Timestamp | null;
  ended_at: Timestamp | null;
  failure: string | null;
}

export interface ScriptScheduleTable {
  script_id: string;
  user_id: string;
  starts_at: Timestamp;
  repeat: string;
  next_at: Timestamp | null;
}

export interface ScriptVersionTable {
  id: string;
  script_id: string;
  version: number;
  text: string;
  user_id: string;
  created_at: Generated<Timestamp>;
}

export interface SelfServiceHolderTable {
  policy_id: string;
  user_id: string | null;
  group_id: string | null;
  project_id: string | null;
}

export interface SelfServicePolicyTable {
  id: string;
  version: Generated<number>;
  name: string;
  notes: string | null;
  everybody: Generated<boolean>;
  templates: Generated<string[]>;
  pools: Generated<string[]>;
  actions: Generated<string[]>;
  max_servers: number | null;
  max_cores: number | null;
  max_memory_gib: number | null;
  max_storage_gib: number | null;
  max_money_per_month: string | null;
  created_at: Generated<Timestamp>;
}

export interface ServerTable {
  id: string;
  version: Generated<number>;
  name: string;
  hostname: string;
  service_id: string | null;
  group_name: string;
  ordinal: number;
  kind: string;
  state: Generated<string>;
  owner_id: string;
  site_id: string;
  machine_id: string | null;
  host_id: string | null;
  image_id: string;
  cores: number;
  memory_mib: number;
  firmware: string;
  disks: Json;
  nics: Json;
  uuid: string;
  serial: string;
  host_key_public: string;
  host_key_sealed: string;
  power_wanted: Generated<string>;
  power_observed: Generated<string>;
  power_observed_at: Timestamp | null;
  created_at: Generated<Timestamp>;
  project_id: string | null;
  pool_id: string | null;
  os: Json | null;
}

export interface ServiceTable {
  id: string;
  version: Generated<number>;
  name: string;
  state: Generated<string>;
  owner_id: string;
  template_id: string;
  template_label: string;
  pool: string;
  starts_at: Timestamp;
  ends_at: Timestamp;
  lease_policy: string;
  price: Json;
  user_key_public: string;
  user_key_sealed: string;
  operation_id: string;
  created_at: Generated<Timestamp>;
  project_id: string | null;
  pool_id: string | null;
}

export interface SessionTable {
  secret_hash: Buffer;
  user_id: string;
  created_at: Generated<Timestamp>;
  seen_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: Generated<string>;
  source: Generated<string>;
  address: string | null;
  user_agent: string | null;
  idle_minutes: Generated<number>;
  id_token_sealed: string | null;
}

export interface SignInAddressTable {
  user_id: string;
  address: string;
  at: Generated<Timestamp>;
}

export interface SignInSettingTable {
  kind: string;
  version: Generated<number>;
  settings: Json;
  secret_sealed: string | null;
  updated_at: Generated<Timestamp>;
}

export interface SiteTable {
  id: string;
  version: Generated<number>;
  name: string;
  dial: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface TemplateTable {
  id: string;
  name: string;
  number: number;
  title: string;
  document: string;
  body: Json;
  digest: string;
  published: Generated<boolean>;
  published_at: Timestamp | null;
  created_by: string;
  created_at: Generated<Timestamp>;
}

export interface UserGroupTable {
  id: string;
  version: Generated<number>;
  name: string;
  external: string | null;
  created_at: Generated<Timestamp>;
}

export interface UserGroupMemberTable {
  group_id: string;
  user_id: string;
  source: Generated<string>;
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
  api_token: ApiTokenTable;
  approval_ask: ApprovalAskTable;
  approval_rule: ApprovalRuleTable;
  audit: AuditTable;
  audit_cut: AuditCutTable;
  audit_head: AuditHeadTable;
  audit_retention: AuditRetentionTable;
  audit_seal: AuditSealTable;
  berth_user: BerthUserTable;
  boot_certificate: BootCertificateTable;
  boot_decision: BootDecisionTable;
  boot_policy: BootPolicyTable;
  boot_session: BootSessionTable;
  console_ticket: ConsoleTicketTable;
  controller: ControllerTable;
  decision: DecisionTable;
  deployment: DeploymentTable;
  dhcp_host: DhcpHostTable;
  enclosure: EnclosureTable;
  event: EventTable;
  hook_run: HookRunTable;
  host: HostTable;
  idempotent_request: IdempotentRequestTable;
  identity_claim: IdentityClaimTable;
  identity_range: IdentityRangeTable;
  image: ImageTable;
  image_replica: ImageReplicaTable;
  login_failure: LoginFailureTable;
  machine: MachineTable;
  machine_mac: MachineMacTable;
  mail: MailTable;
  mail_settings: MailSettingsTable;
  migration: MigrationTable;
  network: NetworkTable;
  network_range: NetworkRangeTable;
  operation: OperationTable;
  operation_log: OperationLogTable;
  operation_message: OperationMessageTable;
  operation_step: OperationStepTable;
  price_list: PriceListTable;
  profile: ProfileTable;
  profile_nic: ProfileNicTable;
  project: ProjectTable;
  reconciler_report: ReconcilerReportTable;
  request: RequestTable;
  reservation: ReservationTable;
  resource_pool: ResourcePoolTable;
  resource_pool_host: ResourcePoolHostTable;
  resource_pool_machine: ResourcePoolMachineTable;
  resource_pool_network: ResourcePoolNetworkTable;
  role_grant: RoleGrantTable;
  script: ScriptTable;
  script_run: ScriptRunTable;
  script_schedule: ScriptScheduleTable;
  script_version: ScriptVersionTable;
  self_service_holder: SelfServiceHolderTable;
  self_service_policy: SelfServicePolicyTable;
  server: ServerTable;
  service: ServiceTable;
  session: SessionTable;
  sign_in_address: SignInAddressTable;
  sign_in_setting: SignInSettingTable;
  site: SiteTable;
  template: TemplateTable;
  user_group: UserGroupTable;
  user_group_member: UserGroupMemberTable;
  volume: VolumeTable;
  volume_use: VolumeUseTable;
}
