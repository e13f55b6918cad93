-- How mail is sent. One row; without a host none is.
create table mail_settings (
  only_row boolean primary key default true check (only_row),
  version integer not null default 1,
  host text,
  port integer not null default 587 check (port between 1 and 65535),
  tls text not null default 'starttls' check (tls in ('tls', 'starttls', 'none')),
  ca text,
  username text,
  password_sealed text,
  sender text,
  portal_url text,
  check ((host is null) = (sender is null))
);

insert into mail_settings default values;

-- Mails, written in the transaction of what they tell of, and sent by whichever controller sees them first.
create table mail (
  id uuid primary key,
  recipient text not null,
  subject text not null,
  body text not null,
  about text not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'given-up')),
  attempts integer not null default 0,
  error text,
  next_attempt_at timestamptz not null default now(),
  sent_at timestamptz,
  created_at timestamptz not null default now()
);

create index mail_due on mail (next_attempt_at) where state = 'waiting';
create index mail_created on mail (created_at, id);
