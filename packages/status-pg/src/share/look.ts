import {
  SnowmeltError,
  type OpenChunks,
  type Ownership,
  type RunId,
  type RunStatus,
  type SharedRun,
  type SnapshotPoint,
  type TablePlan,
  type TableStatus,
} from '@snowmelt/core';
import { runLockSql, type Session } from '@snowmelt/pg-connection';
import { z } from 'zod';

import { holdersOf } from '../claim/locks.ts';
import { heldUntil } from '../claim/held.ts';

interface RunRow {
  id: string;
  status: RunStatus;
  owner: string;
  started_at: Date;
  snapshot: SnapshotPoint | null;
  plan_format: number | null;
  ownership: Ownership;
}

interface TableRow {
  key: string;
  status: TableStatus;
  hash: string | null;
  plan: TablePlan | null;
  planned: boolean;
  gate: string | null;
}

/** Tables that are none of the run's any more (`skipped`) are left out. */
export async function look(session: Session, run: RunId): Promise<SharedRun> {
  const [row] = z.guid().safeParse(run).success ? await lookAtRun(session, run) : [];
  if (row === undefined) {
    throw new SnowmeltError('RUN.NOT_FOUND', `There is no run ${run}`, { place: { run } });
  }
  const tables = await session.rows<TableRow>(
    `SELECT table_key AS key, status, table_hash AS hash, planned, gate,
       CASE WHEN gate IS NOT NULL THEN plan END AS plan
     FROM migration_status.migration_table_status
     WHERE run_id = $1 AND status <> 'skipped' ORDER BY ordinal, table_key`,
    [run],
  );
  return {
    id: row.id,
    status: row.status,
    owner: row.owner,
    ownership: row.ownership,
    startedAt: row.started_at,
    ...(row.snapshot === null ? {} : { snapshot: row.snapshot }),
    ...(row.plan_format === null ? {} : { planFormat: row.plan_format }),
    tables: tables.map(({ key, status, hash, plan, planned, gate }) => ({
      key,
      status,
      planned,
      hash: hash ?? '',
      ...(plan === null ? {} : { plan }),
      ...(gate === null ? {} : { gate }),
    })),
  };
}

export async function openChunks(session: Session, run: RunId): Promise<readonly OpenChunks[]> {
  return session.rows<OpenChunks>(
    `SELECT table_key AS table, (count(*) FILTER (WHERE kind <> 'extract'))::int AS load,
       (count(*) FILTER (WHERE kind = 'extract'))::int AS extract
     FROM migration_status.migration_chunk_status
     WHERE run_id = $1 AND status IN ('pending', 'in_progress') GROUP BY table_key`,
    [run],
  );
}

async function lookAtRun(session: Session, run: RunId): Promise<RunRow[]> {
  return session.rows<RunRow>(
    `SELECT run_id AS id, status, owner, started_at, snapshot, plan_format,
       CASE
         WHEN EXISTS (SELECT FROM (${holdersOf(runLockSql('r.run_id'))}) h WHERE h.ours)
           THEN 'live'
         WHEN ${heldUntil} > now() THEN 'held'
         ELSE 'none'
       END AS ownership
     FROM migration_status.migration_runs r WHERE run_id = $1 AND owner IS NOT NULL`,
    [run],
  );
}
