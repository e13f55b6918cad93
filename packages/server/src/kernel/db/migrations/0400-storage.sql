-- Disks of servers, named before they exist. `place` is the host's storage pool, or the machine's own disk.
create table volume (
  id uuid primary key,
  name text not null,
  -- Exactly one of both: where it lies.
  host_id uuid,
  machine_id uuid,
  place text,
  disk text not null,
  role text not null check (role in ('boot', 'data', 'shared')),
  size_gib integer not null check (size_gib > 0),
  state text not null default 'planned' check (state in ('planned', 'present', 'removed')),
  during tstzrange not null,
  created_at timestamptz not null default now(),
  check ((host_id is null) <> (machine_id is null)),
  check (not isempty(during))
);

-- A name is one volume's as long as that is not known to be removed.
create unique index volume_name_live on volume (name) where state <> 'removed';
create index volume_host on volume (host_id) where state <> 'removed';

-- A disk of a machine carries one volume at a time.
alter table volume add constraint volume_machine_disk_once
  exclude using gist (machine_id with =, place with =, during with &&)
  where (machine_id is not null and place is not null and state <> 'removed');

-- Which servers use a volume: one, or for a shared one all of its group.
create table volume_use (
  volume_id uuid not null references volume (id) on delete cascade,
  server_id uuid not null,
  primary key (volume_id, server_id)
);

create index volume_use_server on volume_use (server_id);
