import {
  type DeleteMissing,
  deleteMissingOf,
  type MissingReceipt,
  SnowmeltError,
  type TablePlan,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { waitForDisk } from '../connect/session-settings.ts';
import {
  tableOptions,
  transaction,
  type Session,
  type TransactionOptions,
} from '../connect/transaction.ts';
import { arbiterOf } from '../keys/arbiter.ts';
import { keyOperators } from '../keys/key-operators.ts';
import { looseKeys } from '../keys/loose-keys.ts';
import { lockTarget } from '../ledger/lock-target.ts';
import { refuseStalePlan } from '../ledger/table-ledger.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { readKeysState, recordMissing, refuseLaterRun } from './keys-ledger.ts';
import { dropGathered } from '../tables/drop-leftovers.ts';
import { keysName, quoteKeys } from '../tables/keys-table.ts';
import {
  deleteSql,
  keptSql,
  markSql,
  otherKeysSql,
  restoreSql,
  standsSql,
  type ComparedTable,
  type KeyCase,
} from './missing-sql.ts';
import { referredRow } from './referred-row.ts';

/**
 * Deletes or marks the rows that the source lacks, in one transaction, after all chunks are in.
 * Idempotent: what is done is in the ledger, and where it breaks nothing is deleted.
 */
export async function removeMissing(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<MissingReceipt | undefined> {
  const missing = deleteMissingOf(table);
  if (missing?.keys === undefined) return undefined;
  const options: TransactionOptions = {
    ...tableOptions(table, context),
    explain: (error) => referredRow(error, table),
  };
  const receipt = await transaction(databases, options, (session) =>
    removeOnce(session, table, missing),
  );
  context.log.info('target_missing_rows', { table: table.key, run: table.run, ...receipt });
  return receipt;
}

async function removeOnce(
  session: Session,
  table: TablePlan,
  missing: DeleteMissing,
): Promise<MissingReceipt> {
  const { how } = missing;
  await lockTarget(session, table);
  await refuseStalePlan(session, table);
  const { gathering, done } = await readKeysState(session, table);
  if (done !== undefined) return { how, ...done };
  await refuseLaterRun(session, table);
  if (!gathering) throw keysGone(table);
  await session.query(`ANALYZE ${quoteKeys(table)}`);
  await lockTables(session, table);
  await refuseLaterRun(session, table);
  const keys = await countKeys(session, table);
  if (keys === 0 && (await stands(session, table))) throw deletesAll(table);
  const compared = { ...table, operators: await keyOperators(session, table) };
  const met = await countOtherKeys(session, compared);
  const counted = { ...(await remove(session, compared, missing)), ...(met === 0 ? {} : { met }) };
  if (counted.rows > 0 && !(await stands(session, table))) throw deletesAll(table);
  // What is deferred speaks now, not when COMMIT has no way to say it well.
  await session.onTable('SET CONSTRAINTS ALL IMMEDIATE');
  await refuseKeptRows(session, compared, missing);
  await recordMissing(session, table, counted);
  await dropGathered(session, keysName(table));
  await session.query(waitForDisk);
  return { how, ...counted };
}

/** Readers read on; writers wait, other runs among them, so that what is asked now stays true. */
async function lockTables(session: Session, table: TablePlan): Promise<void> {
  const target = quoteTable(table.target);
  await session.locking(`delete_missing of ${target}`, () =>
    session.query(`LOCK TABLE ${target}, ${quoteKeys(table)} IN SHARE ROW EXCLUSIVE MODE`),
  );
}

const countsSql = (keys: string): string => `
SELECT (SELECT count(*) FROM ${keys})::text AS stored,
       (SELECT coalesce(sum(rows), 0) FROM snowmelt.chunk_ledger
        WHERE run_id = $1 AND table_key = $2 AND of_keys)::text AS ledger`;

/** P1: the ledger has been compared with the source; no hand may have reached into the keys since. */
async function countKeys(session: Session, table: TablePlan): Promise<number> {
  const { rows } = await session.query<{ stored: string; ledger: string }>(
    countsSql(quoteKeys(table)),
    [table.run, table.key],
  );
  const [counted] = rows;
  if (counted?.stored === counted?.ledger) return Number(counted?.stored);
  throw new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the ledger has ${counted?.ledger} keys of the source, ${quoteKeys(table)} has ` +
      `${counted?.stored}: nothing was deleted`,
  );
}

async function stands(session: Session, table: TablePlan): Promise<boolean> {
  const { rows } = await session.onTable<{ stands: boolean }>(standsSql(table));
  return rows[0]?.stands === true;
}

/**
 * P1: of keys of the source that the target has only by its own, looser comparison, the row may be
 * another one's. It stays, since to delete it would leave the target without any.
 */
async function countOtherKeys(session: Session, table: ComparedTable): Promise<number> {
  const loose = await looseKeys(session, table);
  const stored = loose.filter(({ knownBy }) => knownBy === 'stored').map(({ column }) => column);
  if (stored.length === 0) return 0;
  const { rows } = await session.onTable<{ keys: string }>(otherKeysSql(table, stored));
  return Number(rows[0]?.keys ?? 0);
}

async function remove(session: Session, table: ComparedTable, missing: DeleteMissing) {
  const { findsNulls, mayHoldNulls } = await arbiterOf(session, table);
  const cases: readonly KeyCase[] = findsNulls && mayHoldNulls ? ['whole', 'with-null'] : ['whole'];
  const counted = { rows: 0, restored: 0 };
  for (const which of cases) {
    if (missing.how === 'hard') {
      counted.rows += await change(session, deleteSql(table, which));
      continue;
    }
    counted.restored += await change(session, restoreSql(table, missing, which));
    counted.rows += await change(session, markSql(table, missing, which), [momentOf(table)]);
  }
  return counted;
}

const hindersSql = `
SELECT t.tgname::text AS name FROM pg_catalog.pg_trigger t
WHERE t.tgrelid = pg_catalog.to_regclass($1) AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  AND t.tgtype & 3 = 3 AND t.tgtype & $2::integer <> 0
LIMIT 1`;

/** P1: a trigger may keep rows, and say nothing. Asked only where one could. */
async function refuseKeptRows(
  session: Session,
  table: ComparedTable,
  missing: DeleteMissing,
): Promise<void> {
  const target = quoteTable(table.target);
  const event = missing.how === 'hard' ? 8 : 16;
  const [trigger] = (await session.query<{ name: string }>(hindersSql, [target, event])).rows;
  if (trigger === undefined) return;
  const { rows: kept } = await session.onTable<{ kept: string }>(keptSql(table, missing));
  const count = kept.reduce((sum, row) => sum + Number(row.kept), 0);
  if (count === 0) return;
  throw new SnowmeltError(
    'TARGET.ROW_COUNT_MISMATCH',
    `${count} rows of ${target} that the source lacks were not ${missing.how === 'hard' ? 'deleted' : 'marked'}: ` +
      `the trigger ${trigger.name} of the table has kept them; nothing was changed`,
    { retry: 'never', fix: 'Change the trigger, or disable it for the load.' },
  );
}

async function change(session: Session, sql: string, values?: readonly unknown[]): Promise<number> {
  return (await session.onTable(sql, values)).rowCount ?? 0;
}

function momentOf({ snapshot, key }: TablePlan): string {
  if (snapshot.pinned) return snapshot.at;
  throw new RangeError(`${key} deletes what is missing without a snapshot`);
}

/** An empty source, or a key that means something else than it did, is nearly always a mistake. */
function deletesAll({ target }: TablePlan): SnowmeltError {
  return new SnowmeltError(
    'TARGET.DELETES_ALL',
    `the source has the key of no row of ${target.schema}.${target.name}: delete_missing would leave none`,
  );
}

function keysGone({ target }: TablePlan): SnowmeltError {
  return new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the table in which this run gathered the keys of ${target.schema}.${target.name} is gone: ` +
      'nothing was deleted',
  );
}
