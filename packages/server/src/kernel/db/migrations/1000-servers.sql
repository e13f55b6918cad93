-- Logical servers: what a person asks for and uses, wherever it has landed.
create table server (
  id uuid primary key,
  version integer not null default 1,
  name text not null,
  hostname text not null,
  service_id uuid,
  group_name text not null,
  ordinal integer not null,
  kind text not null check (kind in ('physical', 'virtual')),
  state text not null default 'reserved'
    check (state in ('defined', 'reserved', 'provisioning', 'active', 'inactive', 'retiring', 'retired', 'failed')),
  owner_id uuid not null,
  site_id uuid not null,
  machine_id uuid references machine (id),
  host_id uuid references host (id),
  image_id uuid not null,
  cores integer not null check (cores > 0),
  memory_mib integer not null check (memory_mib > 0),
  firmware text not null check (firmware in ('bios', 'uefi')),
  -- Disks and NICs as designed: [{ name, sizeGiB, role }], [{ network, networkId, mac, ip, prefix, gateway, dns, primary }].
  disks jsonb not null,
  nics jsonb not null,
  uuid uuid not null,
  serial text not null,
  -- Host key pair given to the guest at installation; the private half is sealed.
  host_key_public text not null,
  host_key_sealed text not null,
  power_wanted text not null default 'off' check (power_wanted in ('on', 'off', 'unknown')),
  power_observed text not null default 'unknown' check (power_observed in ('on', 'off', 'unknown')),
  power_observed_at timestamptz,
  created_at timestamptz not null default now(),
  check ((kind = 'physical') = (host_id is null)),
  check ((kind = 'virtual') = (machine_id is null))
);

create index server_service on server (service_id);
create index server_owner on server (owner_id, name);
-- Two servers that live may not share a name; a retired one's name is free again.
create unique index server_name_live on server (name) where state not in ('retired', 'failed');

-- Automatic decisions with every candidate and its reason; what `berth why` answers.
create table decision (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  subject_kind text not null,
  subject_id uuid not null,
  kind text not null,
  chosen text not null,
  reasons jsonb not null
);

create index decision_subject on decision (subject_id, id);

-- What a site's DHCP is told of servers that boot from the network; the edge is always sent the whole.
create table dhcp_host (
  mac macaddr primary key,
  site_id uuid not null references site (id),
  server_id uuid not null references server (id),
  ip inet not null,
  hostname text not null
);

create index dhcp_host_site on dhcp_host (site_id, ip);
create index dhcp_host_server on dhcp_host (server_id);
