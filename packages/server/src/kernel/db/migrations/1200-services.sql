create table service (
  id uuid primary key,
  version integer not null default 1,
  name text not null,
  state text not null default 'reserved'
    check (state in ('reserved', 'deploying', 'active', 'inactive', 'retiring', 'retired', 'failed')),
  owner_id uuid not null,
  template_id uuid not null,
  template_label text not null,
  pool text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  lease_policy text not null check (lease_policy in ('deactivate', 'delete', 'ignore')),
  price jsonb not null,
  -- The key pair Berth uses to reach the service's guests; the private half is sealed.
  user_key_public text not null,
  user_key_sealed text not null,
  operation_id text not null,
  created_at timestamptz not null default now(),
  check (ends_at > starts_at)
);

create unique index service_name_live on service (name) where state not in ('retired', 'failed');
create index service_owner on service (owner_id, name);

create table request (
  id uuid primary key,
  version integer not null default 1,
  state text not null default 'waiting'
    check (state in ('waiting', 'approved', 'deploying', 'active', 'parked', 'rejected', 'withdrawn', 'failed', 'ended')),
  service_id uuid not null references service (id),
  requester_id uuid not null,
  requester text not null,
  email text not null,
  completion text not null,
  pools jsonb not null,
  on_failure text not null check (on_failure in ('unwind', 'park')),
  -- What was asked for, word for word, so that it can be asked again.
  wish jsonb not null,
  reason text,
  decided_by text,
  decided_at timestamptz,
  created_at timestamptz not null default now()
);

create index request_service on request (service_id);
create index request_requester on request (requester_id, created_at);

-- What the hooks of a service printed.
create table hook_run (
  id bigint generated always as identity primary key,
  service_id uuid not null references service (id),
  -- Null for a call that is made once for the whole service.
  server_id uuid references server (id),
  name text not null,
  at timestamptz not null default now(),
  exit_code integer,
  output text not null
);

create index hook_run_service on hook_run (service_id, id);
