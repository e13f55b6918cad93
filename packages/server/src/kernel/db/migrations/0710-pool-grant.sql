-- Roles on a pool end with the pool.
alter table role_grant add constraint role_grant_pool_fkey
  foreign key (pool_id) references resource_pool on delete cascade;
