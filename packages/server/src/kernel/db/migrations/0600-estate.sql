-- What stands in racks: enclosures with bays, machines behind their management controllers, hosts with a hypervisor.
create table enclosure (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  site_id uuid not null references site (id),
  model text,
  bays integer not null check (bays between 1 and 1000),
  created_at timestamptz not null default now()
);

create table machine (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  site_id uuid not null references site (id),
  enclosure_id uuid references enclosure (id),
  bay integer check (bay > 0),
  state text not null default 'enrolled'
    check (state in ('enrolled', 'inspecting', 'available', 'in-use', 'cleaning', 'failed', 'retired')),
  -- Why it is in this state, in words, where that is not plain: `failed` above all.
  state_reason text,
  -- Provider of its management controller, and that provider's settings; null for a stranger that only booted.
  provider text,
  settings jsonb,
  -- The settings' secrets, sealed for this machine and its provider's address: a changed address makes them unreadable.
  secrets_sealed text,
  -- Its id at the management controller.
  system_id text,
  -- What was observed, and when. Null until then.
  manufacturer text,
  model text,
  serial text,
  uuid uuid,
  asset_tag text,
  firmware text check (firmware in ('bios', 'uefi')),
  cores integer check (cores > 0),
  memory_mib integer check (memory_mib > 0),
  disks jsonb,
  nics jsonb,
  health text not null default 'unknown' check (health in ('ok', 'warning', 'critical', 'unknown')),
  inspected_at timestamptz,
  power_observed text not null default 'unknown' check (power_observed in ('on', 'off', 'unknown')),
  power_observed_at timestamptz,
  maintenance boolean not null default false,
  maintenance_reason text,
  created_at timestamptz not null default now(),
  check ((enclosure_id is null) = (bay is null)),
  check ((provider is null) = (settings is null))
);

create unique index machine_bay_once on machine (enclosure_id, bay) where state <> 'retired';
create index machine_site on machine (site_id, name);
create index machine_uuid on machine (uuid);
create index machine_serial on machine (serial);

-- Every MAC a machine was ever seen with, so that a boot finds its record by index.
create table machine_mac (
  mac macaddr primary key,
  machine_id uuid not null references machine (id) on delete cascade
);

create index machine_mac_machine on machine_mac (machine_id);

create table host (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  site_id uuid not null references site (id),
  provider text not null,
  settings jsonb not null,
  secrets_sealed text,
  state text not null default 'enrolled' check (state in ('enrolled', 'available', 'unreachable', 'failed', 'retired')),
  state_reason text,
  hypervisor text,
  hypervisor_version text,
  technique text,
  cores integer check (cores > 0),
  memory_mib integer check (memory_mib > 0),
  storage_gib integer check (storage_gib >= 0),
  storage_pool text not null,
  -- Network name to the bridge on that host.
  bridges jsonb not null default '{}',
  maintenance boolean not null default false,
  maintenance_reason text,
  observed_at timestamptz,
  created_at timestamptz not null default now()
);

create index host_site on host (site_id, name);
