-- What a role on a project or a pool reaches. The pool's name stays beside its id: it tells the story of old services.
alter table service
  add column project_id uuid references project on delete set null,
  add column pool_id uuid references resource_pool on delete set null;
create index service_project on service (project_id, name) where project_id is not null;
create index service_pool on service (pool_id, name) where pool_id is not null;

alter table request
  add column project_id uuid references project on delete set null,
  add column pool_id uuid references resource_pool on delete set null;
create index request_project on request (project_id, created_at) where project_id is not null;
create index request_pool on request (pool_id, created_at) where pool_id is not null;

update service set pool_id = resource_pool.id from resource_pool where resource_pool.name = service.pool;
update request set pool_id = service.pool_id from service where service.id = request.service_id;
update server set pool_id = service.pool_id from service where service.id = server.service_id;
