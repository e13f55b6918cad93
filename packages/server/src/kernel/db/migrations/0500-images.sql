-- The image library. A row is a finished image: what is being made is an operation, and has no row yet.
create table image (
  id uuid primary key,
  name text not null,
  version integer not null check (version > 0),
  os text,
  firmware text[] not null check (cardinality(firmware) > 0 and firmware <@ array['bios', 'uefi']),
  -- The bytes that get written to a disk; they lie in the state directory, in a folder named after the id.
  raw_bytes bigint not null check (raw_bytes > 0 and raw_bytes % 512 = 0),
  raw_sha256 text not null check (raw_sha256 ~ '^[0-9a-f]{64}$'),
  -- The same, compressed by zstd, as it is streamed to machines.
  stream_bytes bigint not null check (stream_bytes > 0),
  -- Where it came from, in words.
  source text not null,
  created_at timestamptz not null default now(),
  unique (name, version)
);

-- Hosts that have the bytes as a read-only volume under VMs' disks. Written when the last byte was: a half is no replica.
create table image_replica (
  host_id uuid not null,
  pool text not null,
  raw_sha256 text not null,
  written_at timestamptz not null default now(),
  primary key (host_id, pool, raw_sha256)
);
