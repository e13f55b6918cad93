-- How requests are approved: rules in their order, the first that fits decides. Without one, people are asked.
create table approval_rule (
  id uuid primary key,
  version integer not null default 1,
  name text not null unique,
  sort_order integer not null check (sort_order > 0),
  notes text,
  outcome text not null check (outcome in ('approve', 'ask', 'webhook')),
  -- What a request must be like; an empty list or a null does not matter.
  kinds text[] not null default '{}',
  templates text[] not null default '{}',
  projects text[] not null default '{}',
  groups text[] not null default '{}',
  max_price_per_day numeric(14, 4),
  max_total numeric(14, 4),
  max_days integer,
  max_servers integer,
  webhook_url text,
  webhook_hours integer not null default 72 check (webhook_hours > 0),
  webhook_secret_sealed text,
  -- After a rotation webhooks bear both signatures for a while.
  webhook_previous_sealed text,
  webhook_previous_until timestamptz,
  created_at timestamptz not null default now(),
  check ((outcome = 'webhook') <= (webhook_url is not null and webhook_secret_sealed is not null))
);

create index approval_rule_order on approval_rule (sort_order, name);

-- A longer lease is asked for by a request of its own, on the same service.
alter table request
  add column kind text not null default 'service' check (kind in ('service', 'extension')),
  add column extends_to timestamptz,
  -- Of an extension: what the added days cost. A service's price is the service's.
  add column price jsonb,
  -- The rule that said how it is approved, by the name that it had.
  add column approval_rule text,
  add column approval_outcome text not null default 'ask' check (approval_outcome in ('approve', 'ask', 'webhook')),
  add check ((kind = 'extension') = (extends_to is not null));

-- A service has one request that made it, and at most one extension that waits.
create unique index request_one_per_service on request (service_id) where kind = 'service';
create unique index request_one_extension on request (service_id) where kind = 'extension' and state = 'waiting';

-- Questions to outside tools. The token of the answer's address is kept as a hash, and sealed until it is sent.
create table approval_ask (
  id uuid primary key,
  request_id uuid not null references request (id),
  rule_id uuid references approval_rule (id) on delete set null,
  rule_name text not null,
  url text not null,
  token_hash bytea not null unique,
  token_sealed text not null,
  state text not null default 'asking' check (state in ('asking', 'asked', 'answered', 'expired', 'closed', 'failed')),
  error text,
  decision text check (decision in ('approve', 'reject')),
  decided_by text,
  reason text,
  created_at timestamptz not null default now(),
  asked_at timestamptz,
  expires_at timestamptz not null,
  ended_at timestamptz
);

create index approval_ask_request on approval_ask (request_id);
