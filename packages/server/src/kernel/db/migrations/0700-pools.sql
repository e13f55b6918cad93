-- Resources that may be used together, and by whom.
create table resource_pool (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  notes text,
  -- Pools are tried in the order a request names them; this is their order in lists and the default.
  sort_order integer not null default 100,
  -- How VMs are laid over hosts.
  goal text not null default 'best-fit' check (goal in ('best-fit', 'spread')),
  -- Who may use it; both empty means everybody.
  users text[] not null default '{}',
  roles text[] not null default '{}',
  created_at timestamptz not null default now()
);

create table resource_pool_machine (
  pool_id uuid not null references resource_pool (id) on delete cascade,
  machine_id uuid not null references machine (id) on delete cascade,
  primary key (pool_id, machine_id)
);

create table resource_pool_host (
  pool_id uuid not null references resource_pool (id) on delete cascade,
  host_id uuid not null references host (id) on delete cascade,
  primary key (pool_id, host_id)
);

create table resource_pool_network (
  pool_id uuid not null references resource_pool (id) on delete cascade,
  network_id uuid not null references network (id) on delete cascade,
  primary key (pool_id, network_id)
);

-- What each server holds of a pool, and when. `during` is the plan; a row counts until `released_at` is set.
create table reservation (
  id uuid primary key,
  request_id uuid not null,
  server_id uuid not null,
  server_name text not null,
  group_name text not null,
  -- Who holds it, in words, for lists of use.
  holder text not null,
  pool_id uuid not null references resource_pool (id),
  kind text not null check (kind in ('physical', 'virtual')),
  machine_id uuid references machine (id),
  host_id uuid references host (id),
  cores integer not null check (cores >= 0),
  memory_mib integer not null check (memory_mib >= 0),
  storage_gib integer not null check (storage_gib >= 0),
  during tstzrange not null,
  created_at timestamptz not null default now(),
  released_at timestamptz,
  check (not isempty(during)),
  check ((kind = 'physical') = (machine_id is not null)),
  check ((kind = 'virtual') = (host_id is not null)),
  constraint reservation_machine_once exclude using gist (machine_id with =, during with &&)
    where (machine_id is not null and released_at is null)
);

create unique index reservation_server_live on reservation (server_id) where released_at is null;
create index reservation_request on reservation (request_id);
create index reservation_host_live on reservation (host_id) where released_at is null and host_id is not null;
create index reservation_machine_live on reservation (machine_id) where released_at is null and machine_id is not null;
create index reservation_pool_live on reservation (pool_id) where released_at is null;

alter table profile add constraint profile_machine_exists foreign key (machine_id) references machine (id);
alter table volume add constraint volume_machine_exists foreign key (machine_id) references machine (id);
alter table volume add constraint volume_host_exists foreign key (host_id) references host (id);
