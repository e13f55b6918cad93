-- Designs of services. Every save makes a version, and a version never changes.
create table template (
  id uuid primary key,
  name text not null,
  number integer not null check (number > 0),
  title text not null,
  -- The document as normalised YAML, and as JSON for reading.
  document text not null,
  body jsonb not null,
  digest text not null,
  published boolean not null default false,
  published_at timestamptz,
  created_by text not null,
  created_at timestamptz not null default now(),
  unique (name, number)
);

create index template_name on template (name, number desc);

-- What things cost per day; a template's own costs come on top. One row.
create table price_list (
  only_row boolean primary key default true check (only_row),
  version integer not null default 1,
  currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
  physical_server numeric(12, 4) not null default 4 check (physical_server >= 0),
  virtual_server numeric(12, 4) not null default 0.5 check (virtual_server >= 0),
  core numeric(12, 4) not null default 0.25 check (core >= 0),
  memory_gib numeric(12, 4) not null default 0.1 check (memory_gib >= 0),
  address numeric(12, 4) not null default 0.05 check (address >= 0),
  storage_gib numeric(12, 4) not null default 0.01 check (storage_gib >= 0)
);

insert into price_list default values;
