-- Six roles, given to users and groups on everything, on a project, or on a pool.

alter table berth_user drop constraint berth_user_role_check;
-- The role that a user has on everything.
alter table berth_user add constraint berth_user_role_check
  check (role in ('administrator', 'architect', 'approver', 'operator', 'user', 'auditor'));

create table user_group (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  -- What a directory or a token calls it; whoever is in it there is a member here. Null: members come by hand only.
  external text unique,
  created_at timestamptz not null default now()
);

-- One row for each way in which somebody became a member, so that a directory takes away only what it gave.
create table user_group_member (
  group_id uuid not null references user_group on delete cascade,
  user_id uuid not null references berth_user on delete cascade,
  source text not null default 'hand' check (source in ('hand', 'ldap', 'oidc')),
  primary key (group_id, user_id, source)
);
create index user_group_member_user on user_group_member (user_id);

-- What requests and services belong to beside their owner; its members are those with a role on it.
create table project (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  notes text,
  created_at timestamptz not null default now()
);

create table role_grant (
  id uuid primary key,
  role text not null check (role in ('administrator', 'architect', 'approver', 'operator', 'user', 'auditor')),
  user_id uuid references berth_user on delete cascade,
  group_id uuid references user_group on delete cascade,
  -- Neither: on everything. The pool's foreign key comes with the pools.
  project_id uuid references project on delete cascade,
  pool_id uuid,
  created_by text not null,
  created_at timestamptz not null default now(),
  check (num_nonnulls(user_id, group_id) = 1),
  check (num_nonnulls(project_id, pool_id) <= 1),
  unique nulls not distinct (role, user_id, group_id, project_id, pool_id)
);
create index role_grant_user on role_grant (user_id) where user_id is not null;
create index role_grant_group on role_grant (group_id) where group_id is not null;
create index role_grant_project on role_grant (project_id) where project_id is not null;
create index role_grant_pool on role_grant (pool_id) where pool_id is not null;
create index role_grant_created on role_grant (created_at, id);

-- What a token may do of what its owner may: all of it, or reading only.
alter table api_token add column scope text not null default 'full' check (scope in ('full', 'read'));
