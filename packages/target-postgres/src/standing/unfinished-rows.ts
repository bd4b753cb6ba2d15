import {
  type Incremental,
  type LoadMode,
  modeTraits,
  SnowmeltError,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import { isServerError } from '@snowmelt/pg-connection';

import type { Session } from '../connect/transaction.ts';
import { waitForLoads } from '../ledger/lock-target.ts';
import { isFirstTry, isOfMode } from '../ledger/table-ledger.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { findRows, sumOf, type FoundChunk } from './find-rows.ts';
import {
  emptyingWords,
  holdsNoRowOfRun,
  leftOf,
  type LeftRows,
  rowsChanged,
} from './look-again.ts';
import { is } from '../sql/operators.ts';

interface UnfinishedRun {
  readonly run: string;
  readonly key: string;
  readonly mode: LoadMode;
  readonly plan: LeftPlan | null;
}

/** What is needed of the plan of a run that has left rows. */
type LeftPlan = Incremental & { readonly read?: { readonly limit?: number } };

/**
 * Runs that have left rows in the table and never came to their end; whose rows have not gone since. Of
 * first tries also what is in quarantine alone: nobody wants it any more.
 */
const unfinishedSql = (condition: string): string => `
SELECT u.run_id AS run, u.table_key AS key, u.mode, u.plan
FROM snowmelt.table_ledger u
WHERE u.target_schema = $1 AND u.target_table = $2 AND u.run_id <> $3
  AND u.published_at IS NULL AND u.superseded_by IS NULL AND NOT ${isOfMode('u', 'gathers')}
  AND ${condition}
ORDER BY u.prepared_at`;

const hasRows = `EXISTS (
  SELECT 1 FROM snowmelt.chunk_ledger c
  WHERE c.run_id = u.run_id AND c.table_key = u.table_key AND NOT c.of_keys AND c.rows > 0)`;

const supersedeSql = `
UPDATE snowmelt.table_ledger SET superseded_by = $1 WHERE run_id = $2 AND table_key = $3`;

/**
 * P1: a new run that appends would put rows beside those that an unfinished one has left there. It
 * takes them out: in the transaction in hand, exactly those that the ledger knows, or refuses. The
 * unfinished run may not go on then. See docs/decisions/0017-whose-rows.md.
 */
export async function removeUnfinished(
  session: Session,
  table: TablePlan,
  { log, triesOnly = false }: Pick<WorkContext, 'log'> & { readonly triesOnly?: boolean },
): Promise<void> {
  const { schema, name } = table.target;
  const values = [schema, name, table.run];
  const sql = unfinishedSql(triesOnly ? isFirstTry('u') : `(${hasRows} OR ${isFirstTry('u')})`);
  const { rows } = await session.query<UnfinishedRun & object>(sql, values);
  if (rows.length > 0) await waitForLoads(session, table);
  for (const earlier of rows) {
    const removed = await removeRows(session, table, earlier);
    if (typeof removed !== 'number') throw unfinished(leftBy(table, earlier), earlier, removed);
    await session.query(supersedeSql, [table.run, earlier.run, earlier.key]);
    log.info('unfinished_rows_removed', { table: table.key, of_run: earlier.run, rows: removed });
  }
}

const ownSql = `
SELECT run_id AS run, table_key AS key, mode, plan FROM snowmelt.table_ledger
WHERE run_id = $1 AND table_key = $2`;

/** The same of this run itself, whose plan has changed since. */
export async function removeOwnRows(
  session: Session,
  table: TablePlan,
  log: WorkContext['log'],
): Promise<void> {
  const { rows } = await session.query<UnfinishedRun & object>(ownSql, [table.run, table.key]);
  for (const earlier of rows) {
    const removed = await removeRows(session, table, earlier);
    if (typeof removed !== 'number') throw unfinished(leftBy(table, earlier), earlier, removed);
    log.info('rows_of_earlier_plan_removed', { table: table.key, rows: removed });
  }
}

function leftBy({ target }: TablePlan, { run, key, plan }: UnfinishedRun): LeftRows {
  const watermark = plan?.watermark;
  return { run, key, target, ...(watermark === undefined ? {} : { watermark }) };
}

/**
 * Takes out what the run itself has only added, since it can't be finished: exactly that, or throws. To
 * be asked when no chunk of it is under way.
 */
export async function removeUnreadRows(
  session: Session,
  table: TablePlan,
  why: string,
): Promise<void> {
  const { run, key, mode } = table;
  const removed = await removeRows(session, table, { run, key, mode, plan: leftOf(table) });
  if (typeof removed === 'number') return;
  const left = `what run ${run} has loaded into ${quoteTable(table.target)} can't be taken out exactly`;
  throw rowsChanged(table, `${why}; ${left}: ${removed.why}`);
}

/** Why rows can't be taken out exactly. */
interface Staying {
  readonly why: string;
  /** A table that refers to them. */
  readonly reaches?: string;
}

/** How many they were, or why they can't be taken out. */
async function removeRows(
  session: Session,
  table: TablePlan,
  earlier: UnfinishedRun,
): Promise<number | Staying> {
  const { target } = table;
  if (await holdsNoRowOfRun(session, leftBy(table, earlier))) return 0;
  const stays = await whyTheyStay(session, table, earlier);
  if ('why' in stays) return stays;
  const wanted = sumOf(stays, 'written');
  try {
    const { rowCount } = await session.locking(`DELETE from ${target.schema}.${target.name}`, () =>
      session.onTable(deleteSql(table), [earlier.run, earlier.key]),
    );
    if (rowCount === wanted) return wanted;
    const why = `DELETE takes ${rowCount ?? 0} of its ${wanted} rows: a trigger or rule of the table stands in the way`;
    return { why };
  } catch (error) {
    const reaches = referring(error);
    if (reaches === undefined) throw error;
    return { why: `rows of ${reaches} lead to some of them by a foreign key`, reaches };
  }
}

/** The table whose rows lead to those that were to be deleted (foreign_key_violation). */
function referring(error: unknown): string | undefined {
  if (!isServerError(error) || error.code !== '23503') return undefined;
  return `${error.schema ?? ''}.${error.table ?? ''}`;
}

function deleteSql({ target }: TablePlan): string {
  return `DELETE FROM ${quoteTable(target)} AS t
WHERE t.xmin ${is} ANY (ARRAY(
  SELECT pg_catalog.unnest(c.xids) FROM snowmelt.chunk_ledger c
  WHERE c.run_id ${is} $1 AND c.table_key ${is} $2 AND NOT c.of_keys))`;
}

/** Foreign keys that would take other rows along, or change them. */
const reachSql = `
SELECT r.conname::text AS name, r.conrelid::pg_catalog.regclass::text AS "table"
FROM pg_catalog.pg_constraint r
WHERE r.contype = 'f' AND r.confdeltype IN ('c', 'n', 'd')
  AND r.confrelid = pg_catalog.to_regclass($1)
LIMIT 1`;

const rightsSql = `
SELECT current_user::text AS role, pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'DELETE') AS "delete",
       pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'SELECT') AS "select"`;

/** Which rows these are, no chunk of the ledger says. */
const retriedSql = `
SELECT FROM snowmelt.rejected_rows
WHERE run_id = $1 AND table_key = $2 AND loaded_at IS NOT NULL LIMIT 1`;

/** The chunks whose rows all stand there as they were written, or why they can't be taken out. */
async function whyTheyStay(
  session: Session,
  { target }: TablePlan,
  { run, key, mode }: UnfinishedRun,
): Promise<readonly FoundChunk[] | Staying> {
  if (modeTraits[mode].merges) {
    return {
      why: `it has merged them (mode ${mode}), so that rows from before may be among them`,
    };
  }
  const name = quoteTable(target);
  const [rights] = (
    await session.query<{ role: string; delete: boolean; select: boolean }>(rightsSql, [name])
  ).rows;
  if (rights !== undefined && !(rights.delete && rights.select)) {
    const grant = `GRANT SELECT, DELETE ON ${name} TO ${quoteIdentifier(rights.role)};`;
    return { why: `role ${rights.role} may not delete: ${grant}` };
  }
  const [reach] = (await session.query<{ name: string; table: string }>(reachSql, [name])).rows;
  if (reach !== undefined) {
    const why = `deleting them would reach ${reach.table} by its foreign key ${reach.name}`;
    return { why, reaches: reach.table };
  }
  const retried = (await session.query(retriedSql, [run, key])).rowCount !== 0;
  if (retried) return { why: 'rows that it had refused were put in by `snowmelt rejects retry`' };
  const found = await findRows(session, { run, key, target });
  if (found === undefined) return { why: 'which rows they are is not known any more' };
  const other = found.find((chunk) => chunk.written !== chunk.found);
  if (other === undefined) return found;
  const { chunk, written } = other;
  return {
    why: `${other.found} of the ${written} rows of its chunk ${chunk} are there as it left them`,
  };
}

function unfinished(left: LeftRows, earlier: UnfinishedRun, stays: Staying): SnowmeltError {
  const { why, reaches } = stays;
  const { run, key, plan } = earlier;
  const { schema, name } = left.target;
  if (plan?.read?.limit !== undefined) {
    const message = `${schema}.${name} holds rows of a first try (--limit, run ${run}), which can't be taken out exactly: ${why}`;
    const fix = `${emptyingWords(left, reaches)} then run the same command again.`;
    return new SnowmeltError('RUN.ROWS_UNFINISHED', message, { place: { table: key }, fix });
  }
  return new SnowmeltError(
    'RUN.ROWS_UNFINISHED',
    `run ${run} has left rows in ${schema}.${name} and never came to its end; a new run would add ` +
      `the same rows again, and can't take them out exactly: ${why}`,
    {
      place: { table: key },
      fix:
        `Go on with that run: --resume-run-id ${run}. Or begin anew: ${emptyingWords(left, reaches)} ` +
        'then run the same command again.',
    },
  );
}
