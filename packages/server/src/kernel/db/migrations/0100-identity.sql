-- Who may do what, and who did what.

create table berth_user (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  role text not null check (role in ('administrator', 'user')),
  email text,
  -- argon2id in PHC form: parameters and salt are in it
  password_hash text not null,
  disabled_at timestamptz,
  created_at timestamptz not null default now()
);

-- Secrets are kept as SHA-256 only: they have 256 random bits, so nothing slower is needed.
create table session (
  secret_hash bytea primary key,
  user_id uuid not null references berth_user on delete cascade,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_of_user on session (user_id);

create table api_token (
  id uuid primary key,
  user_id uuid not null references berth_user on delete cascade,
  name text not null,
  secret_hash bytea not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_token_user on api_token (user_id, created_at, id);
-- A name is free again once its token is revoked.
create unique index api_token_name on api_token (user_id, name) where revoked_at is null;

-- Failed logins of the last minutes, shared by all controllers. Names that do not exist count too.
create table login_failure (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  name text not null,
  address text not null
);
create index login_failure_name on login_failure (name, at);
create index login_failure_address on login_failure (address, at);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  -- no foreign key: the row outlives the user
  user_id text,
  user_name text not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  object_name text,
  outcome text not null check (outcome in ('done', 'refused', 'failed')),
  request_id text,
  details jsonb not null default '{}'
);
create index audit_at on audit (at, id);
create index audit_object on audit (object_kind, object_id, id);
create index audit_user on audit (user_name, id);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'audit rows are never changed or removed';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();
