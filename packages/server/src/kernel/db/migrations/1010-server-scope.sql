-- What a role on a project or a pool reaches.
alter table server
  add column project_id uuid references project on delete set null,
  add column pool_id uuid references resource_pool on delete set null;
create index server_project on server (project_id, name) where project_id is not null;
create index server_pool on server (pool_id, name) where pool_id is not null;
