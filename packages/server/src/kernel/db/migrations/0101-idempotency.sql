-- The answers to requests that started something, so that the same request again starts nothing.

create table idempotent_request (
  caller text not null,
  key text not null check (length(key) between 1 and 200),
  operation text not null,
  request_hash bytea not null,
  -- status and answer are null while the first request is being handled
  status integer,
  answer jsonb,
  started_at timestamptz not null default now(),
  primary key (caller, key)
);
create index idempotent_request_started on idempotent_request (started_at);
