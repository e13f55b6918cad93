-- Tickets to a console: each opens one WebSocket, once, within a minute, on any controller.
create table console_ticket (
  secret_hash bytea primary key,
  user_id uuid not null,
  subject_kind text not null check (subject_kind in ('server', 'machine')),
  subject_id uuid not null,
  kind text not null check (kind in ('vnc', 'serial')),
  watch_only boolean not null,
  expires_at timestamptz not null
);

create index console_ticket_user on console_ticket (user_id);
create index console_ticket_expiry on console_ticket (expires_at);
