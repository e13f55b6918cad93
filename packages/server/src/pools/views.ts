import type { PoolDetail, PoolInfo, ReservationInfo } from "@berth/api/pool.ts";
import type { z } from "zod";
import type { PoolMembers } from "./members.ts";
import type { PoolListRow, ReservationRow } from "./store.ts";

export function poolView(row: PoolListRow): z.input<typeof PoolInfo> {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    notes: row.notes,
    order: row.sort_order,
    // The database checks the column against these very words; so for `kind` below.
    goal: row.goal as "best-fit" | "spread",
    machineCount: row.machine_count,
    hostCount: row.host_count,
    total: {
      machines: row.machine_count,
      cores: row.total_cores,
      memoryMiB: row.total_memory_mib,
      storageGiB: row.total_storage_gib,
    },
    promised: {
      machines: row.promised_machines,
      cores: row.promised_cores,
      memoryMiB: row.promised_memory_mib,
      storageGiB: row.promised_storage_gib,
    },
    createdAt: row.created_at.toISOString(),
  };
}

export function poolDetailView(
  row: PoolListRow,
  members: PoolMembers,
  use: readonly ReservationRow[],
): z.input<typeof PoolDetail> {
  return { ...poolView(row), users: row.users, roles: row.roles, ...members, use: use.map(reservationView) };
}

export function reservationView(row: ReservationRow): z.input<typeof ReservationInfo> {
  return {
    id: row.id,
    pool: row.pool,
    holder: row.holder,
    server: row.server_name,
    group: row.group_name,
    kind: row.kind as "physical" | "virtual",
    on: row.on,
    cores: row.cores,
    memoryMiB: row.memory_mib,
    storageGiB: row.storage_gib,
    startsAt: row.starts_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    isOverdue: row.is_overdue,
  };
}
