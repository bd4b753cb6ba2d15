import { randomUUID } from 'node:crypto';

import type {
  RunId,
  RunRequest,
  RunState,
  TableKey,
  TablePlan,
  TableState,
  TableStatus,
} from '@snowmelt/core';

import { countTables } from '../table/count-tables.ts';
import type { Database } from '../connect/database.ts';
import { hangUp } from '../connect/hang-up.ts';
import { inTransaction, sessionOf, type Session } from '../connect/session.ts';
import { translateError } from '../connect/translate-error.ts';
import { chooseRun } from './choose-run.ts';
import { claimTables } from './claim-tables.ts';
import { waitToOpen } from './locks.ts';
import { holdRun, type Ownership } from './ownership.ts';
import { endAbandonedRuns, insertRun, takeOverRun } from './put-run.ts';
import { putTables, reopenChunks } from './put-tables.ts';

export interface OpenedRun {
  readonly state: RunState;
  readonly ownership: Ownership;
}

/**
 * Opens a run on a connection of its own, which holds the run's locks from then on. Not repeated
 * where the connection breaks: a run that was made without anyone knowing is gone on with by the
 * next invocation.
 */
export async function openRun(database: Database, request: RunRequest): Promise<OpenedRun> {
  checkRequest(request);
  // One harmless round trip through the pool waits out a server that is away for a moment.
  await database.run((session) => session.query('SELECT 1'));
  const client = await database.connectApart().catch((error: unknown) => {
    throw translateError(error, database.server);
  });
  try {
    const opened = await inTransaction(sessionOf(client), false, (session) =>
      openWithin(session, request),
    );
    const targets = request.tables.map(({ target }) => target);
    const claim = { run: opened.state.id, owner: request.owner, epoch: opened.epoch, targets };
    return { state: opened.state, ownership: await holdRun(client, claim, database) };
  } catch (error) {
    await hangUp(client);
    throw translateError(error, database.server);
  }
}

function checkRequest({ owner, tables }: RunRequest): void {
  if (owner === '') throw new RangeError('a run needs an owner');
  const keys = new Set(tables.map(({ key }) => key));
  if (keys.size < tables.length) throw new RangeError('two tables of a run have the same key');
}

async function openWithin(
  session: Session,
  request: RunRequest,
): Promise<{ state: RunState; epoch: number }> {
  await waitToOpen(session);
  const earlier = await chooseRun(session, request);
  const run = earlier?.id ?? randomUUID();
  await claimTables(session, { run, owner: request.owner, tables: request.tables });
  if (earlier === undefined) await insertRun(session, run, request);
  else await takeOverRun(session, run, request);
  await putTables(session, run, request.tables);
  if (earlier !== undefined) {
    await reopenChunks(session, run, earlier.owner);
    await countTables(session, run);
  }
  await endAbandonedRuns(session, run);
  const state = await readState(session, run, request);
  return { state: { ...state, resumed: earlier !== undefined }, epoch: (earlier?.epoch ?? 0) + 1 };
}

async function readState(
  session: Session,
  run: RunId,
  { tables }: RunRequest,
): Promise<Omit<RunState, 'resumed'>> {
  const [row] = await session.query<{ started_at: Date; snapshot: { at: string } | null }>(
    'SELECT started_at, snapshot FROM migration_status.migration_runs WHERE run_id = $1',
    [run],
  );
  if (row === undefined) throw new Error(`run ${run} was not written`);
  return {
    id: run,
    startedAt: row.started_at,
    ...(row.snapshot === null ? {} : { snapshot: row.snapshot }),
    tables: await readTables(
      session,
      run,
      tables.map(({ key }) => key),
    ),
  };
}

type TableRow = { key: TableKey; status: TableStatus; plan: TablePlan | null; planned: boolean };

async function readTables(
  session: Session,
  run: RunId,
  keys: readonly TableKey[],
): Promise<readonly TableState[]> {
  const rows = await session.query<TableRow>(
    `SELECT table_key AS key, status, plan, planned
     FROM migration_status.migration_table_status
     WHERE run_id = $1 AND table_key = ANY ($2::text[])
     ORDER BY ordinal`,
    [run, keys],
  );
  return rows.map(({ key, status, plan, planned }) => ({
    key,
    status,
    planned,
    ...(plan === null ? {} : { plan }),
  }));
}
