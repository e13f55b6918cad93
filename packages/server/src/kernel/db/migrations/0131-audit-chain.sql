-- A chain of hashes over the audit, in the order of `position`; what it can show, and what not, is in the guide.

-- Where an act came from, and what it changed.
alter table audit
  add column address text,
  add column credential_kind text check (credential_kind in ('session', 'token')),
  add column credential_id text,
  add column before jsonb,
  add column after jsonb;

create table audit_seal (
  position bigint primary key check (position > 0),
  audit_id bigint not null unique references audit,
  -- SHA-256 over the hash before and the row
  hash bytea not null check (length(hash) = 32)
);

-- One for each batch that was sealed: the chain's end then, signed (HMAC) with a key that is not in the database.
create table audit_head (
  position bigint primary key,
  hash bytea not null,
  mac bytea not null,
  at timestamptz not null default clock_timestamp(),
  -- No committed row was left without a seal.
  is_complete boolean not null
);

-- The oldest rows that were dropped because their time was over: up to where, and the hash to go on from.
create table audit_cut (
  position bigint primary key,
  hash bytea not null,
  mac bytea not null,
  rows bigint not null,
  before timestamptz not null,
  at timestamptz not null default now()
);

create or replace function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or removed', tg_table_name;
end $$;

-- Rows go only once a cut has been recorded that covers them.
create function audit_goes_by_a_cut() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'audit' then
    if exists (select from audit_cut where before > old.at)
      and not exists (select from audit_seal where audit_id = old.id) then return old; end if;
  elsif exists (select from audit_cut where position >= old.position) then return old;
  end if;
  raise exception '% rows are never changed or removed', tg_table_name;
end $$;

drop trigger audit_append_only on audit;
create trigger audit_append_only before update or truncate on audit
  for each statement execute function audit_is_append_only();
create trigger audit_seal_append_only before update or truncate on audit_seal
  for each statement execute function audit_is_append_only();
create trigger audit_head_append_only before update or truncate on audit_head
  for each statement execute function audit_is_append_only();
create trigger audit_cut_append_only before update or delete or truncate on audit_cut
  for each statement execute function audit_is_append_only();
create trigger audit_cut_only before delete on audit for each row execute function audit_goes_by_a_cut();
create trigger audit_cut_only before delete on audit_seal for each row execute function audit_goes_by_a_cut();
create trigger audit_cut_only before delete on audit_head for each row execute function audit_goes_by_a_cut();

create table audit_retention (
  is_only boolean primary key default true check (is_only),
  version integer not null default 1,
  -- null: for ever
  days integer check (days >= 30)
);
insert into audit_retention default values;
