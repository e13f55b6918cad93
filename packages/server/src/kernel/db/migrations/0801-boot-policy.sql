-- What idle machines boot, by what they are. The first that matches decides; without one they are inspected and wait.
create table boot_policy (
  id uuid primary key,
  name text not null unique,
  position integer not null check (position between 1 and 100000),
  -- All that are given must match.
  mac_prefix text check (mac_prefix ~ '^[0-9a-f]{2}(:[0-9a-f]{2}){0,5}$'),
  model text,
  serial text,
  action text not null check (action in ('inspect', 'wait', 'disk')),
  created_at timestamptz not null default now()
);
