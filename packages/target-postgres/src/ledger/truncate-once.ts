import { SnowmeltError, type TablePlan, type TruncatePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { forgetChunks } from './forget-chunks.ts';
import { inOneOrder } from './lock-target.ts';
import { unplanned } from './table-ledger.ts';
import {
  isSame,
  nameTables,
  outsideTheRun,
  truncateReach,
  type ReachedTable,
} from './truncate-reach.ts';

/**
 * Empties the target for this run. The caller's transaction holds the ledger row that says so.
 * Runs that loaded these tables before are marked: their rows are gone. `again`: also what this
 * run has loaded itself.
 */
export async function truncateOnce(
  session: Session,
  table: TruncatePlan,
  { again }: { readonly again: boolean },
): Promise<void> {
  if (again || !(await emptiedByThisRun(session, table))) await truncate(session, table);
  await session.query(
    'UPDATE snowmelt.table_ledger SET truncated_at = clock_timestamp() WHERE run_id = $1 AND table_key = $2',
    [table.run, table.key],
  );
}

const emptiedSql = `
SELECT 1 FROM snowmelt.table_ledger
WHERE run_id = $1 AND target_schema = $3 AND target_table = $4
  AND table_key <> $2 AND truncated_at IS NOT NULL AND superseded_by IS NULL`;

/** Two source tables may go into one target: the first to come empties it. */
export async function emptiedByThisRun(session: Session, table: TablePlan): Promise<boolean> {
  const { schema, name } = table.target;
  const { rowCount } = await session.query(emptiedSql, [table.run, table.key, schema, name]);
  return rowCount !== 0;
}

async function truncate(session: Session, table: TruncatePlan): Promise<void> {
  const name = quoteTable(table.target);
  await lockReach(session, table);
  const reached = await truncateReach(session, table.target);
  const cascade = await mayCascade(session, table, reached);
  await session.locking(`TRUNCATE of ${name}`, () =>
    session.onTable(`TRUNCATE TABLE ${name}${cascade ? ' CASCADE' : ''}`),
  );
  const emptied = [table.target, ...reached];
  await refuseLoss(session, table, emptied);
  await supersede(session, table, emptied);
  // After TRUNCATE has waited for the loads that were under way.
  await forgetChunks(session, table);
  await recordOthers(session, table, reached);
}

/**
 * Under these locks no other foreign key comes to lead in. In one order, where TRUNCATE takes them
 * as it finds them: two tables may reach the same others at the same time.
 */
async function lockReach(session: Session, table: TruncatePlan): Promise<void> {
  const reached = await truncateReach(session, table.target);
  await mayCascade(session, table, reached);
  const names = inOneOrder([table.target, ...reached]).map((one) => quoteTable(one));
  await session.locking(`TRUNCATE of ${quoteTable(table.target)}`, () =>
    session.query(`LOCK TABLE ${names.join(', ')} IN ACCESS EXCLUSIVE MODE`),
  );
}

const recordOthersSql = `
INSERT INTO snowmelt.table_ledger AS t
  (run_id, table_key, target_schema, target_table, mode, plan_hash, truncated_at)
SELECT $1, e.key, e.schema, e.name, 'truncate', '${unplanned}', clock_timestamp()
FROM unnest($2::text[], $3::text[], $4::text[]) AS e (key, schema, name)
ON CONFLICT (run_id, table_key) DO UPDATE SET truncated_at = clock_timestamp()
WHERE t.target_schema = excluded.target_schema AND t.target_table = excluded.target_table`;

/** The other tables of the run are not emptied again when it is their turn. */
async function recordOthers(
  session: Session,
  { run, emptiedWith = [] }: TruncatePlan,
  reached: readonly ReachedTable[],
): Promise<void> {
  const others = emptiedWith.filter(({ target }) => reached.some((one) => isSame(one, target)));
  const targets = others.map(({ target }) => target);
  await session.query(recordOthersSql, [
    run,
    others.map(({ key }) => key),
    targets.map(({ schema }) => schema),
    targets.map(({ name }) => name),
  ]);
}

async function mayCascade(
  session: Session,
  table: TruncatePlan,
  reached: readonly ReachedTable[],
): Promise<boolean> {
  if (reached.length === 0) return false;
  const outside = outsideTheRun(table, reached);
  if (table.emptiesOthers || (await allEmptied(session, table, outside))) return true;
  throw new SnowmeltError(
    'TARGET.TRUNCATE_CASCADES',
    `TRUNCATE of ${nameTables([table.target])} would also empty ${nameTables(outside)}, ` +
      'whose foreign keys lead to it',
  );
}

const ledgerOfSql = `
SELECT DISTINCT t.target_schema AS schema, t.target_table AS name
FROM snowmelt.table_ledger t
JOIN unnest($3::text[], $4::text[]) AS e (schema, name)
  ON e.schema = t.target_schema AND e.name = t.target_table
WHERE t.run_id = $1 AND t.table_key <> $2 AND t.superseded_by IS NULL`;

async function ledgerOf(
  session: Session,
  table: TablePlan,
  tables: readonly ReachedTable[],
  condition: string,
): Promise<readonly ReachedTable[]> {
  const names = [tables.map(({ schema }) => schema), tables.map(({ name }) => name)];
  const values = [table.run, table.key, ...names];
  const sql = `${ledgerOfSql} AND ${condition}`;
  return (await session.query<ReachedTable & object>(sql, values)).rows;
}

/** Emptied for this run already, so that CASCADE takes nothing more. */
async function allEmptied(
  session: Session,
  table: TablePlan,
  reached: readonly ReachedTable[],
): Promise<boolean> {
  const emptied = await ledgerOf(session, table, reached, 't.truncated_at IS NOT NULL');
  return emptied.length === reached.length;
}

const hasChunks = `EXISTS (
  SELECT 1 FROM snowmelt.chunk_ledger c
  WHERE c.run_id = t.run_id AND c.table_key = t.table_key)`;

/** Asked under the locks of TRUNCATE: no rows that this run has loaded elsewhere may go with it. */
async function refuseLoss(
  session: Session,
  table: TablePlan,
  emptied: readonly ReachedTable[],
): Promise<void> {
  const lost = await ledgerOf(session, table, emptied, hasChunks);
  if (lost.length === 0) return;
  throw new SnowmeltError(
    'TARGET.TRUNCATE_CASCADES',
    `TRUNCATE of ${nameTables([table.target])} would empty ${nameTables(lost)}, ` +
      'which this run has loaded already',
    { fix: 'Load the named tables after this one, or in a run of their own.' },
  );
}

const supersedeSql = `
UPDATE snowmelt.table_ledger t
SET superseded_by = $1
FROM unnest($2::text[], $3::text[]) AS e (schema, name)
WHERE t.target_schema = e.schema AND t.target_table = e.name
  AND t.run_id <> $1 AND t.superseded_by IS NULL`;

/** Marks the runs that loaded these tables before: their rows are gone. */
export async function supersede(
  session: Session,
  table: TablePlan,
  emptied: readonly ReachedTable[],
): Promise<void> {
  const names = [emptied.map(({ schema }) => schema), emptied.map(({ name }) => name)];
  await session.query(supersedeSql, [table.run, ...names]);
}
