import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  isSnowmeltError,
  type RunId,
  type RunRequest,
  type RunState,
  type TableKey,
  type TablePlan,
  type TableState,
  type TableStatus,
} from '@snowmelt/core';

import { countTables } from '../table/count-tables.ts';
import type { Database } from '../connect/database.ts';
import { hangUp, type Session } from '@snowmelt/pg-connection';
import { refuseTransactionPooler } from '../connect/session-survives.ts';
import { chooseRun, madeRun } from './choose-run.ts';
import { claimTables } from '../claim/claim-tables.ts';
import { waitToOpen } from '../claim/locks.ts';
import { holdRun, type Ownership } from '../claim/ownership.ts';
import { endAbandonedRuns, insertRun, takeOverRun } from './put-run.ts';
import { putTables, reopenChunks } from './put-tables.ts';

export interface OpenedRun {
  readonly state: RunState;
  readonly ownership: Ownership;
}

/**
 * Opens a run on a connection of its own, which holds the run's locks from then on. A new run has its
 * id beforehand: where the answer was lost, the repetition finds the run that was made.
 */
export async function openRun(database: Database, request: RunRequest): Promise<OpenedRun> {
  checkRequest(request);
  const fresh = randomUUID();
  const { openSeconds } = database;
  return database.own(async (session, client, again) => {
    try {
      await refuseTransactionPooler(client, database);
      const open = () =>
        session.transaction(() => openWithin(session, { request, fresh, openSeconds }));
      const opened = await (again ? unlessHeldByItself(open) : open());
      const targets = request.tables.map(({ target }) => target);
      const claim = { run: opened.state.id, owner: request.owner, epoch: opened.epoch, targets };
      return { state: opened.state, ownership: await holdRun(client, claim, database) };
    } catch (error) {
      await hangUp(client);
      throw error;
    }
  });
}

/** The server gives the locks of a broken connection back when it notices: a moment later. */
async function unlessHeldByItself<T>(open: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      const busy = isSnowmeltError(error) && error.code === 'RUN.TABLE_BUSY';
      if (!busy || tries === 20) throw error;
      await sleep(250);
    }
  }
}

function checkRequest({ owner, tables }: RunRequest): void {
  if (owner === '') throw new RangeError('a run needs an owner');
  const keys = new Set(tables.map(({ key }) => key));
  if (keys.size < tables.length) throw new RangeError('two tables of a run have the same key');
}

async function openWithin(
  session: Session,
  { request, fresh, openSeconds }: { request: RunRequest; fresh: RunId; openSeconds: number },
): Promise<{ state: RunState; epoch: number }> {
  await waitToOpen(session, openSeconds);
  const made = await madeRun(session, fresh);
  const earlier = made ?? (await chooseRun(session, request));
  const run = earlier?.id ?? fresh;
  await claimTables(session, { run, ...request });
  if (earlier === undefined) await insertRun(session, run, request);
  else await takeOverRun(session, run, request);
  await putTables(session, run, request.tables);
  if (earlier !== undefined) {
    await reopenChunks(session, run, earlier.owner);
    await countTables(session, run);
  }
  await endAbandonedRuns(session, run);
  const state = await readState(session, run, request);
  const resumed = earlier !== undefined && made === undefined;
  return { state: { ...state, resumed }, epoch: (earlier?.epoch ?? 0) + 1 };
}

async function readState(
  session: Session,
  run: RunId,
  { tables }: RunRequest,
): Promise<Omit<RunState, 'resumed'>> {
  const [row] = await session.rows<{ started_at: Date; snapshot: { at: string } | null }>(
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
  const rows = await session.rows<TableRow>(
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
