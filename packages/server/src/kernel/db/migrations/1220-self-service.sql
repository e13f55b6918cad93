-- What people may do for themselves. What one of a person's policies allows is allowed; of limits the largest counts.
create table self_service_policy (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  notes text,
  -- Said, and not read off an empty list: a group that is removed must not widen a policy to everybody.
  everybody boolean not null default false,
  -- Names; none means all.
  templates text[] not null default '{}',
  pools text[] not null default '{}',
  actions text[] not null default '{}',
  -- Null: no limit.
  max_servers integer check (max_servers >= 0),
  max_cores integer check (max_cores >= 0),
  max_memory_gib integer check (max_memory_gib >= 0),
  max_storage_gib integer check (max_storage_gib >= 0),
  max_money_per_month numeric(14, 4) check (max_money_per_month >= 0),
  created_at timestamptz not null default now()
);

-- Whom a policy holds for.
create table self_service_holder (
  policy_id uuid not null references self_service_policy (id) on delete cascade,
  user_id uuid references berth_user (id) on delete cascade,
  group_id uuid references user_group (id) on delete cascade,
  project_id uuid references project (id) on delete cascade,
  check (num_nonnulls(user_id, group_id, project_id) = 1),
  unique nulls not distinct (policy_id, user_id, group_id, project_id)
);

create index self_service_holder_user on self_service_holder (user_id) where user_id is not null;
create index self_service_holder_group on self_service_holder (group_id) where group_id is not null;
create index self_service_holder_project on self_service_holder (project_id) where project_id is not null;
