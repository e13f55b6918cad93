-- Users who come from a directory (LDAP) or an OpenID provider, where sessions come from, and how one signs in.

-- Directories have names such as ada.lovelace and ada@example.org.
alter table berth_user drop constraint berth_user_name_check;
alter table berth_user add constraint berth_user_name_check
  check (name ~ '^[a-z0-9]([a-z0-9._@-]{0,98}[a-z0-9])?$');
alter table berth_user alter column password_hash drop not null;
alter table berth_user
  add column source text not null default 'local' check (source in ('local', 'ldap', 'oidc')),
  -- What never changes there, when the name does: an entry's UUID, or issuer and subject of a token.
  add column subject text,
  add column display_name text,
  add column last_sign_in_at timestamptz,
  add check ((source = 'local') = (password_hash is not null)),
  add check ((source = 'local') = (subject is null)),
  add unique (source, subject);

alter table session
  -- Its name for people and other tables: the hash is what a session is found by.
  add column id uuid not null default gen_random_uuid() unique,
  add column source text not null default 'local' check (source in ('local', 'ldap', 'oidc')),
  add column address text,
  add column user_agent text,
  add column idle_minutes integer not null default 60 check (idle_minutes between 1 and 1440),
  -- What the provider is told who signs out, encrypted; it holds what the provider knows of the user.
  add column id_token_sealed text;

-- Where somebody has signed in from lately. There, wrong passwords from elsewhere lock nobody out.
create table sign_in_address (
  user_id uuid not null references berth_user on delete cascade,
  address text not null,
  at timestamptz not null default now(),
  primary key (user_id, address)
);
create index sign_in_address_at on sign_in_address (at);

-- One row for each way to sign in that is set up; secrets apart and encrypted.
create table sign_in_setting (
  kind text primary key check (kind in ('ldap', 'oidc', 'session')),
  version integer not null default 1,
  settings jsonb not null,
  secret_sealed text,
  updated_at timestamptz not null default now()
);
