-- Ranges of time and plain values are kept apart by the database itself, so that no race can be lost.
create extension if not exists btree_gist;

-- A place with its own networks; how to reach it is in `dial`.
create table site (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  dial jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table network (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  site_id uuid not null references site (id),
  cidr cidr not null,
  vlan integer check (vlan between 1 and 4094),
  gateway inet,
  dns inet[] not null default '{}',
  domain text,
  -- Whether machines boot from this network.
  pxe boolean not null default false,
  created_at timestamptz not null default now(),
  check (gateway is null or gateway << cidr)
);

create index network_site on network (site_id);

create table network_range (
  id uuid primary key,
  network_id uuid not null references network (id) on delete cascade,
  -- automatic: given out by Berth; discovery: for booting strangers, by DHCP; excluded: never used by Berth.
  kind text not null check (kind in ('automatic', 'discovery', 'excluded')),
  first_ip inet not null,
  last_ip inet not null,
  note text,
  created_at timestamptz not null default now(),
  check (first_ip <= last_ip and family(first_ip) = family(last_ip))
);

create index network_range_network on network_range (network_id);

-- Who holds which address and when. A row is an occupancy; it goes when its release is confirmed, not when its time is up.
create table address (
  id uuid primary key,
  network_id uuid not null references network (id),
  ip inet not null,
  -- server: held for a server; reserved: kept by an administrator; external: seen in use by somebody else.
  kind text not null check (kind in ('server', 'reserved', 'external')),
  server_id uuid,
  nic integer,
  mode text check (mode in ('automatic', 'static', 'dhcp')),
  note text,
  during tstzrange not null,
  created_at timestamptz not null default now(),
  check (not isempty(during)),
  check ((kind = 'server') = (server_id is not null and nic is not null)),
  constraint address_once exclude using gist (network_id with =, ip inet_ops with =, during with &&)
);

create unique index address_server_nic on address (server_id, nic) where server_id is not null;
create index address_order on address (network_id, ip);

-- Where MACs, UUIDs and serial numbers of servers come from.
create table identity_range (
  id uuid primary key,
  kind text not null check (kind in ('mac', 'uuid', 'serial')),
  name text not null unique,
  -- First and last value in the kind's own writing; for serial numbers both end in digits of one length.
  first_value text not null,
  last_value text not null,
  created_at timestamptz not null default now()
);

create table identity_claim (
  id uuid primary key,
  kind text not null check (kind in ('mac', 'uuid', 'serial')),
  value text not null,
  server_id uuid not null,
  -- Which of the server's values of this kind: 0 for UUID and serial, the NIC's number for MACs.
  ordinal integer not null,
  during tstzrange not null,
  check (not isempty(during)),
  constraint identity_once exclude using gist (kind with =, value with =, during with &&),
  unique (server_id, kind, ordinal)
);

-- The identity of a server, wherever it lands.
create table profile (
  id uuid primary key,
  server_id uuid not null unique,
  uuid uuid not null,
  serial text not null,
  boot text not null check (boot in ('disk', 'network')),
  machine_id uuid,
  created_at timestamptz not null default now()
);

-- A machine wears one profile at a time; profiles of future servers are bound when they land.
create unique index profile_machine on profile (machine_id) where machine_id is not null;

create table profile_nic (
  profile_id uuid not null references profile (id) on delete cascade,
  ordinal integer not null,
  mac macaddr not null,
  network_id uuid not null references network (id),
  ip inet,
  primary key (profile_id, ordinal)
);
