import { SnowmeltError, type RunId, type RunRequest } from '@snowmelt/core';
import { z } from 'zod';

import type { Session } from '@snowmelt/pg-connection';
import { superseded, supersededTable } from './superseded-table.ts';

/** A run to go on with, as its row has it. */
export interface EarlierRun {
  readonly id: RunId;
  /** Who had it last. */
  readonly owner: string;
  readonly epoch: number;
}

type RunRow = { id: string; owner: string | null; epoch: number };

/** The run that the request goes on with; nothing where it starts a new one. */
export async function chooseRun(
  session: Session,
  request: RunRequest,
): Promise<EarlierRun | undefined> {
  const { resume, tables } = request;
  if (resume.mode === 'never') return undefined;
  if (resume.mode === 'run') {
    const run = await namedRun(session, resume.run);
    const table = await supersededTable(session, run.id, tables);
    if (table !== undefined) throw superseded(run.id, table);
    return run;
  }
  return unfinishedRun(session, request, resume.maxAgeHours);
}

/** The newest run with something left of the request, which no later run has taken over since. */
export async function unfinishedRun(
  session: Session,
  { executionHash, tables }: Pick<RunRequest, 'executionHash' | 'tables'>,
  maxAgeHours: number,
): Promise<EarlierRun | undefined> {
  const [run] = await session.rows<EarlierRun & RunRow>(
    `SELECT run_id AS id, owner, owner_epoch AS epoch
     FROM migration_status.migration_runs r
     WHERE owner IS NOT NULL AND status <> 'completed'
       AND metadata -> 'settled' IS DISTINCT FROM 'true' AND metadata -> 'limit' IS NULL
       AND started_at > now() - $2::float8 * interval '1 hour'
       AND (execution_hash = $1 OR EXISTS (
         SELECT FROM migration_status.migration_table_status t
         WHERE t.run_id = r.run_id AND t.table_key = ANY ($3::text[])
           AND t.status NOT IN ('completed', 'skipped')))
     ORDER BY started_at DESC
     LIMIT 1`,
    [executionHash, maxAgeHours, tables.map(({ key }) => key)],
  );
  if (run === undefined) return undefined;
  const table = await supersededTable(session, run.id, tables);
  return table === undefined ? run : undefined;
}

/** The run of this id, where it was made and the answer was lost. */
export async function madeRun(session: Session, id: RunId): Promise<EarlierRun | undefined> {
  const [row] = await session.rows<EarlierRun & RunRow>(
    `SELECT run_id AS id, owner, owner_epoch AS epoch
     FROM migration_status.migration_runs WHERE run_id = $1`,
    [id],
  );
  return row;
}

async function namedRun(session: Session, id: RunId): Promise<EarlierRun> {
  // Anything else would be a syntax error of PostgreSQL's.
  const named = z.guid().safeParse(id).success;
  const [row] = named
    ? await session.rows<RunRow>(
        `SELECT run_id AS id, owner, owner_epoch AS epoch
         FROM migration_status.migration_runs WHERE run_id = $1`,
        [id],
      )
    : [];
  if (row === undefined) throw new SnowmeltError('RUN.NOT_FOUND', `There is no run ${id}`);
  const { owner, epoch } = row;
  if (owner === null) {
    throw new SnowmeltError('RUN.NOT_FOUND', `Run ${id} was made by the earlier tool`, {
      place: { run: id },
      fix: 'Start a new run: it cannot know which rows the earlier tool has loaded.',
    });
  }
  return { id: row.id, owner, epoch };
}
