import { SnowmeltError } from '@snowmelt/core';

import { limitLocks } from '../connect/session-settings.ts';
import type { Session } from '../connect/transaction.ts';
import { markPiece, type OwedPiece } from './owed-piece.ts';
import { readDefinitions } from './record-pieces.ts';
import { restoreStep, type RestoreWork, type StepOutcome } from './restore-work.ts';

/** Memory a build gets at least, in kB; where the server gives more, that stays. */
const buildMemoryKb = 256 * 1024;

/**
 * Builds the indexes that are owed to one table, side by side on as many connections as the target
 * may have: plain CREATE INDEX takes a SHARE lock, which several builds of a table can hold at once
 * and under which nobody writes. CONCURRENTLY would scan twice, can't stand in a transaction with
 * its ledger row, and leaves an invalid index behind where it fails.
 */
export async function buildIndexes(
  work: RestoreWork,
  pieces: readonly OwedPiece[],
): Promise<readonly StepOutcome[]> {
  const builds = new Map<number, string>();
  await using _watch = watchBuilds(work, builds);
  const queue = pieces.filter(({ state }) => state !== 'built');
  const outcomes: StepOutcome[] = [];
  const builder = async (): Promise<void> => {
    for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
      outcomes.push(await restoreStep(work, piece, (session, it) => build(session, it)));
    }
  };
  const build = async (session: Session, piece: OwedPiece): Promise<void> => {
    const { pid } = session;
    builds.set(pid, piece.name);
    try {
      await buildIndex(work, session, piece);
    } finally {
      builds.delete(pid);
    }
  };
  const count = Math.min(queue.length, work.databases.maxConnections);
  const ends = await Promise.allSettled(
    Array.from({ length: count }, () =>
      builder().catch((error: unknown) => {
        queue.length = 0; // The others end what they have in hand.
        throw error;
      }),
    ),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outcomes;
}

const settingsSql = `
SELECT set_config('maintenance_work_mem', greatest(setting::bigint, $1)::text, true),
       set_config('default_tablespace', $2, true)
FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem'`;

async function buildIndex(
  { databases, context }: RestoreWork,
  session: Session,
  piece: OwedPiece,
): Promise<void> {
  if (piece.state === 'built') return;
  const started = context.clock.now().getTime();
  if (!(await isThere(session, piece))) {
    await session.query(limitLocks(databases.lockTimeoutMs));
    const least = databases.givenBuildMemory ? 0 : buildMemoryKb;
    await session.query(settingsSql, [least, piece.tablespace ?? '']);
    // Not `onTable`: names in it have no schema where they are PostgreSQL's own.
    await session.locking(`CREATE INDEX ${piece.name}`, () => session.query(piece.definition));
  }
  await markPiece(session, piece.id, 'built');
  const seconds = (context.clock.now().getTime() - started) / 1000;
  const { target_schema: schema, target_table: table, name: index } = piece;
  context.log.info('index_built', { schema, table, index, seconds });
}

const thereSql = `
SELECT pg_get_indexdef(c.oid) AS definition, i.indisvalid AS valid
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
WHERE n.nspname = $1 AND c.relname = $2`;

/** Somebody may have made it again by hand. */
async function isThere(session: Session, piece: OwedPiece): Promise<boolean> {
  await session.query(readDefinitions);
  const values = [piece.target_schema, piece.name];
  const { rows } = await session.query<{ definition: string | null; valid: boolean }>(
    thereSql,
    values,
  );
  const [there] = rows;
  if (there === undefined) return false;
  if (there.definition === piece.definition && there.valid) return true;
  throw new SnowmeltError(
    'TARGET.INDEX_NOT_REBUILT',
    `another relation is called ${piece.target_schema}.${piece.name}: ${there.definition ?? 'no index'}`,
  );
}

const intervalMs = 5000;

interface ProgressRow {
  readonly pid: number;
  readonly phase: string;
  readonly blocks_done: string;
  readonly blocks_total: string;
  readonly tuples_done: string;
  readonly tuples_total: string;
}

const progressSql = `
SELECT pid, phase, blocks_done, blocks_total, tuples_done, tuples_total
FROM pg_catalog.pg_stat_progress_create_index WHERE pid = ANY ($1)`;

/**
 * Logs `index_progress` every five seconds for each build under way (`builds`: server process →
 * index name), asked beside, until it is disposed. A failure here stops no build.
 */
function watchBuilds(work: RestoreWork, builds: ReadonlyMap<number, string>): AsyncDisposable {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, work.context.signal]);
  const watching = watch(work, builds, signal).catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      done.abort();
      await watching;
    },
  };
}

async function watch(
  { databases, options, context }: RestoreWork,
  builds: ReadonlyMap<number, string>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await context.clock.sleep(intervalMs, signal);
    const { rows } = await databases.beside(options.database, (beside) =>
      beside.query<ProgressRow>(progressSql, [[...builds.keys()]]),
    );
    for (const { pid, phase, ...counts } of rows) {
      const numbers = Object.entries(counts).map(([name, value]) => [name, Number(value)]);
      const fields = Object.fromEntries(numbers) as Record<string, number>;
      context.log.info('index_progress', { index: builds.get(pid), phase, ...fields });
    }
  }
}
