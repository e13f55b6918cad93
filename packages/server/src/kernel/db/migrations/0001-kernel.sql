-- What every room stands on: controllers, operations and their steps, events, reports of reconcilers.

create extension if not exists btree_gist;
create extension if not exists pg_trgm;

-- One row is one life of one controller process. A row with dead_at is never alive again.
create table controller (
  id text primary key,
  name text not null,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  lease_until timestamptz not null,
  dead_at timestamptz,
  recovered_at timestamptz
);
create index controller_unrecovered on controller (id) where recovered_at is null;

-- A workflow as people watch it, and as the engine takes it up again.
create table operation (
  id text primary key check (id ~ '^[0-9A-Za-z._-]{1,120}$'),
  parent_id text references operation,
  root_id text not null references operation,
  workflow text not null,
  title text not null,
  subject_kind text not null,
  subject_id text not null,
  user_id text,
  input jsonb not null,
  output jsonb,
  state text not null default 'queued' check (state in (
    'queued', 'running', 'waiting', 'parked', 'stuck', 'unwinding',
    'done', 'failed', 'cancelled', 'undone', 'accepted')),
  phase text not null default 'forward' check (phase in ('forward', 'backward')),
  -- why it went backward; decides how it ends
  turned_by text check (turned_by in ('failure', 'cancel', 'rollback', 'parent')),
  error text,
  waits_for text,
  wait_kind text check (wait_kind in ('message', 'time', 'children')),
  wait_topic text,
  wake_at timestamptz,
  cancel_reason text,
  -- each time it is taken up again it is another run; runner is the one execution that may write
  run integer not null default 1,
  runner text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz
);
create index operation_parent on operation (parent_id) where parent_id is not null;
create index operation_root on operation (root_id);
create index operation_created on operation (created_at, id);
create index operation_subject on operation (subject_kind, subject_id);
create index operation_user on operation (user_id, created_at) where user_id is not null;
create index operation_wake on operation (wake_at) where state = 'waiting' and wake_at is not null;

-- The journal. An entry is written before its effect, so that what may have happened can be undone.
create table operation_step (
  operation_id text not null references operation on delete cascade,
  position integer not null,
  name text not null,
  kind text not null check (kind in ('effect', 'db', 'children', 'wait', 'time')),
  state text not null check (state in (
    'running', 'done', 'failed', 'undoing', 'undone', 'undo-failed', 'kept')),
  attempt integer not null default 1,
  percent integer check (percent between 0 and 100),
  note text,
  input jsonb not null,
  output jsonb,
  error text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  undone_at timestamptz,
  primary key (operation_id, position)
);

create table operation_log (
  id bigint generated always as identity primary key,
  operation_id text not null references operation on delete cascade,
  position integer,
  at timestamptz not null default now(),
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  message text not null
);
create index operation_log_operation on operation_log (operation_id, id);

create table operation_message (
  id bigint generated always as identity primary key,
  operation_id text not null references operation on delete cascade,
  topic text not null,
  body jsonb not null,
  sent_at timestamptz not null default now(),
  taken_at timestamptz
);
create index operation_message_open on operation_message (operation_id, topic, id) where taken_at is null;

-- What happened, in the order in which readers may rely on it: (xid, id), and only below the oldest open transaction.
create table event (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  subject_kind text not null,
  subject_id text not null,
  kind text not null,
  user_id text,
  root_id text,
  data jsonb not null default '{}'
);
create index event_order on event (xid, id);
create index event_root on event (root_id, xid, id) where root_id is not null;

create table reconciler_report (
  name text primary key,
  controller_id text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  checked integer not null,
  changed integer not null,
  failed integer not null,
  error text
);

-- Events of operations are written by the database itself, so that no code path can forget them.
create function operation_event() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (new.state, new.error, new.waits_for, new.cancel_reason)
     is not distinct from (old.state, old.error, old.waits_for, old.cancel_reason) then
    return null;
  end if;
  insert into event (subject_kind, subject_id, kind, user_id, root_id, data)
  values ('operation', new.id, 'operation.' || new.state, new.user_id, new.root_id, jsonb_build_object(
    'title', new.title, 'workflow', new.workflow, 'state', new.state, 'error', new.error, 'waitsFor', new.waits_for,
    'subject', jsonb_build_object('kind', new.subject_kind, 'id', new.subject_id)));
  return null;
end $$;
create trigger operation_event after insert or update on operation for each row execute function operation_event();

create function operation_step_event() returns trigger language plpgsql as $$
begin
  if new.kind = 'time' then return null; end if;
  if tg_op = 'UPDATE' and (new.state, new.error, new.percent, new.note, new.attempt)
     is not distinct from (old.state, old.error, old.percent, old.note, old.attempt) then
    return null;
  end if;
  insert into event (subject_kind, subject_id, kind, user_id, root_id, data)
  select 'operation', o.id, 'step.' || new.state, o.user_id, o.root_id, jsonb_build_object(
    'step', new.name, 'position', new.position, 'state', new.state, 'percent', new.percent, 'note', new.note,
    'error', new.error)
  from operation o where o.id = new.operation_id;
  return null;
end $$;
create trigger operation_step_event after insert or update on operation_step
  for each row execute function operation_step_event();
