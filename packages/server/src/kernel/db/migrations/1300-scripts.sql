-- The script library. A version's text is never changed.
create table script (
  id uuid primary key,
  name text not null unique,
  notes text not null default '',
  owner_id uuid not null references berth_user (id),
  shared boolean not null default false,
  latest integer not null check (latest >= 1),
  created_at timestamptz not null default now()
);

create table script_version (
  id uuid primary key,
  script_id uuid not null references script (id) on delete cascade,
  version integer not null check (version >= 1),
  text text not null,
  user_id uuid not null references berth_user (id),
  created_at timestamptz not null default now(),
  unique (script_id, version)
);

-- One at a time for each script; it runs with the rights of who set it.
create table script_schedule (
  script_id uuid primary key references script (id) on delete cascade,
  user_id uuid not null references berth_user (id),
  starts_at timestamptz not null,
  repeat text not null check (repeat in ('never', 'hourly', 'daily', 'weekly')),
  -- Null once a single run has been started.
  next_at timestamptz
);

create index script_schedule_due on script_schedule (next_at) where next_at is not null;

-- `started_at` is written before the script runs: one that may have run in part is not run again by itself. How it ended
-- is written before anybody is told, so that a controller that takes over knows it.
create table script_run (
  operation_id text primary key,
  script_id uuid not null references script (id) on delete cascade,
  version integer not null,
  user_id uuid not null references berth_user (id),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  failure text
);

create index script_run_latest on script_run (script_id, created_at desc);
