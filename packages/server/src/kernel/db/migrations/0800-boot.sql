-- What the service OS is to do with a machine, once.
create table deployment (
  id uuid primary key,
  machine_id uuid not null references machine (id),
  server_id uuid,
  task text not null check (task in ('install', 'wipe')),
  boot_mac macaddr,
  image_id uuid references image (id),
  -- The machine's disk, as its management controller names it; null leaves the choice where there is only one.
  disk text,
  -- The personal part of an installation holds secrets: sealed, and gone as soon as nobody needs it any more.
  seed_sealed text,
  seed_bytes integer check (seed_bytes > 0),
  seed_sha256 text,
  on_done text not null check (on_done in ('reboot', 'off')),
  state text not null default 'waiting'
    check (state in ('waiting', 'contacted', 'writing', 'seeding', 'done', 'failed', 'ended')),
  percent integer not null default 0 check (percent between 0 and 100),
  note text,
  error text,
  -- The last lines of the machine's console, when it failed.
  console text,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  check ((task = 'install') = (image_id is not null and seed_sha256 is not null)),
  check (seed_sealed is null or state in ('waiting', 'contacted', 'writing', 'seeding'))
);

-- A machine does one thing at a time.
create unique index deployment_one_at_a_time on deployment (machine_id)
  where state in ('waiting', 'contacted', 'writing', 'seeding');
create index deployment_machine on deployment (machine_id, changed_at);

-- One boot of a machine into the service OS, known by the token that its boot script carried. A newer boot ends it.
create table boot_session (
  token_sha256 text primary key,
  machine_id uuid not null references machine (id) on delete cascade,
  deployment_id uuid references deployment (id) on delete cascade,
  -- Only the address that asked for the script may use the token.
  peer inet not null,
  -- Set by the first hello: the token is no other boot's.
  boot_id text,
  seed_taken boolean not null default false,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create index boot_session_machine on boot_session (machine_id);
create index boot_session_deployment on boot_session (deployment_id);

-- Why a machine booted what. The same answer again is counted, not repeated.
create table boot_decision (
  id bigint generated always as identity primary key,
  machine_id uuid not null references machine (id) on delete cascade,
  mac macaddr not null,
  peer inet not null,
  platform text not null,
  chosen text not null,
  reason text not null,
  times integer not null default 1,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now()
);

create index boot_decision_machine on boot_decision (machine_id, id);

-- The certificate that the boot service is reached by, one for all controllers, so that a machine which began its
-- installation with one of them can end it with another.
create table boot_certificate (
  singleton boolean primary key default true check (singleton),
  certificate text not null,
  key_sealed text not null,
  created_at timestamptz not null default now()
);
