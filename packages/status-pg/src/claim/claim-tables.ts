import { SnowmeltError, type RunId, type TableRequest } from '@snowmelt/core';
import { runLock, type Session, tableLock } from '@snowmelt/pg-connection';

import { heldUntil } from './held.ts';
import { strangerAt, takeLocks } from './locks.ts';
import { endVanished } from './end-vanished.ts';

interface ClaimRequest {
  readonly run: RunId;
  readonly owner: string;
  readonly tables: readonly TableRequest[];
  readonly takesHeld?: boolean;
}

/**
 * Takes the locks of the run and of its target tables, and writes down whose they are. Throws
 * `RUN.TABLE_BUSY` where a living process has one of them, or where they are kept for the next process
 * of their run.
 */
export async function claimTables(session: Session, request: ClaimRequest): Promise<void> {
  const { run, tables } = request;
  const busyRun = await takeFreed(session, [runLock(run)]);
  if (busyRun.length > 0) {
    throw (await strangerAt(session, busyRun)) ?? (await runBusy(session, run));
  }
  const locks = [...new Set(tables.map(({ target }) => tableLock(target)))].sort();
  const busy = new Set(await takeFreed(session, locks));
  const table = tables.find(({ target }) => busy.has(tableLock(target)));
  if (table !== undefined) {
    throw (await strangerAt(session, [...busy])) ?? (await tableBusy(session, table));
  }
  await refuseHeld(session, request);
  await refuseLiveLeases(session, request);
  await writeClaims(session, request);
}

/** Those that are still in other hands once owners that have vanished are ended. */
async function takeFreed(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const busy = await takeLocks(session, names);
  if (busy.length === 0 || !(await endVanished(session, busy))) return busy;
  return takeLocks(session, busy);
}

async function runBusy(session: Session, run: RunId): Promise<SnowmeltError> {
  const [row] = await session.rows<{ owner: string; since: string; tables: string }>(
    `SELECT r.owner, string_agg(t.table_key, ', ' ORDER BY t.ordinal) AS tables,
       (SELECT ${instant('min(k.claimed_at)')} FROM migration_status.table_claims k
        WHERE k.run_id = r.run_id) AS since
     FROM migration_status.migration_runs r
     LEFT JOIN migration_status.migration_table_status t USING (run_id)
     WHERE r.run_id = $1 GROUP BY r.run_id, r.owner`,
    [run],
  );
  const { owner = 'another process', since = 'a moment ago', tables = 'no table' } = row ?? {};
  const message = `Run ${run} is going on at ${owner} since ${since}; it loads ${tables}`;
  return new SnowmeltError('RUN.TABLE_BUSY', message, { place: { run } });
}

async function tableBusy(session: Session, table: TableRequest): Promise<SnowmeltError> {
  const { database, schema, name } = table.target;
  const [row] = await session.rows<{ run: string; owner: string; since: string }>(
    `SELECT run_id AS run, owner, ${instant('claimed_at')} AS since
     FROM migration_status.table_claims
     WHERE target_database = $1 AND target_schema = $2 AND target_table = $3`,
    [database, schema, name],
  );
  const holder =
    row === undefined ? 'Another run' : `Run ${row.run} at ${row.owner}, since ${row.since},`;
  return busyWith(table, holder);
}

function busyWith({ key, target }: TableRequest, holder: string): SnowmeltError {
  const { database, schema, name } = target;
  const message = `${holder} is loading ${database}.${schema}.${name}`;
  return new SnowmeltError('RUN.TABLE_BUSY', message, { place: { table: key } });
}

/**
 * Workers may go on after their run's owner is gone, as the functions of a distributed run do:
 * while a lease of theirs has not run out, they are loading.
 */
async function refuseLiveLeases(session: Session, { run, tables }: ClaimRequest): Promise<void> {
  const [row] = await session.rows<{ at: string; run: string; worker: string }>(
    `SELECT want.ordinality AS at, c.run_id AS run, c.worker_id AS worker
     FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY
       AS want (target_database, target_schema, target_table, ordinality)
     JOIN migration_status.table_claims k USING (target_database, target_schema, target_table)
     JOIN migration_status.migration_runs r USING (run_id)
     JOIN migration_status.migration_table_status t
       USING (run_id, target_database, target_schema, target_table)
     JOIN migration_status.migration_chunk_status c
       ON c.run_id = t.run_id AND c.table_key = t.table_key AND c.status = 'in_progress'
     WHERE r.run_id <> $1 AND c.lease_expires_at > now() AND NOT starts_with(c.worker_id, r.owner)
     LIMIT 1`,
    [
      run,
      tables.map(({ target }) => target.database),
      tables.map(({ target }) => target.schema),
      tables.map(({ target }) => target.name),
    ],
  );
  const table = row === undefined ? undefined : tables[Number(row.at) - 1];
  if (row === undefined || table === undefined) return;
  throw busyWith(table, `Worker ${row.worker} of run ${row.run}`);
}

/** Between two processes of a distributed run nobody has its locks, and yet it goes on. */
async function refuseHeld(session: Session, request: ClaimRequest): Promise<void> {
  const { run, tables, takesHeld = false } = request;
  const [row] = await session.rows<{ run: string; owner: string; since: string; until: string }>(
    `SELECT r.run_id AS run, r.owner, ${instant('r.held_since')} AS since,
       ${instant(heldUntil)} AS until
     FROM migration_status.migration_runs r
     WHERE r.hold_seconds IS NOT NULL AND ${heldUntil} > now()
       AND CASE WHEN r.run_id = $1 THEN NOT $2 ELSE EXISTS (
         SELECT FROM migration_status.table_claims k
         JOIN unnest($3::text[], $4::text[], $5::text[])
           AS want (target_database, target_schema, target_table)
           USING (target_database, target_schema, target_table)
         WHERE k.run_id = r.run_id) END
     LIMIT 1`,
    [
      run,
      takesHeld,
      tables.map(({ target }) => target.database),
      tables.map(({ target }) => target.schema),
      tables.map(({ target }) => target.name),
    ],
  );
  if (row === undefined) return;
  const { owner, since, until } = row;
  throw new SnowmeltError(
    'RUN.TABLE_BUSY',
    `Run ${row.run}, which ${owner} has handed over at ${since}, goes on in other processes; it is kept for them until ${until}`,
    {
      place: { run: row.run },
      fix: `Wait for its end, or abort it where it was started; if nothing of it goes on any more, run the same command again after ${until}.`,
    },
  );
}

/** A time as people write it down. */
function instant(sql: string): string {
  return `to_char((${sql}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}

async function writeClaims(session: Session, { run, owner, tables }: ClaimRequest): Promise<void> {
  await session.rows(
    `INSERT INTO migration_status.table_claims AS k
       (target_database, target_schema, target_table, run_id, owner)
     SELECT DISTINCT t.*, $1::uuid, $2
     FROM unnest($3::text[], $4::text[], $5::text[]) AS t
     ON CONFLICT (target_database, target_schema, target_table) DO UPDATE
     SET run_id = excluded.run_id, owner = excluded.owner, claimed_at = now()`,
    [
      run,
      owner,
      tables.map(({ target }) => target.database),
      tables.map(({ target }) => target.schema),
      tables.map(({ target }) => target.name),
    ],
  );
}
