import { isSnowmeltError, SnowmeltError, type TablePlan, type WorkContext } from '@snowmelt/core';

import { applyChanges, hasChanges, type AppliedChanges } from '../changes/apply-changes.ts';
import { recordSnapshot } from '../../ledger/snapshot-ledger.ts';
import type { Databases } from '../../connect/databases.ts';
import { limitLocks, waitForDisk } from '../../connect/session-settings.ts';
import {
  tableOptions,
  transaction,
  type Session,
  type TransactionOptions,
} from '../../connect/transaction.ts';
import { seeOperators } from '../../keys/see-operators.ts';
import { rejectedRow } from '../../copy/copy-error.ts';
import { lockTarget } from '../../ledger/lock-target.ts';
import { refuseStalePlan } from '../../ledger/table-ledger.ts';
import { supersede } from '../../ledger/truncate-once.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { exchangeSql } from '../swap/exchange-sql.ts';
import { actingKeys, incomingKeys, matchColumns } from '../../describe/incoming-keys.ts';
import { refuseOrphans, refuseOtherCounts } from '../swap/refuse-loss.ts';
import { dropShadow, quoteShadow } from '../../tables/shadow-table.ts';
import { readSwapState, recordSwap, refuseSharedTarget } from './swap-ledger.ts';

/**
 * Puts the run's rows in place of the target's, or applies its changes, in one transaction that
 * readers neither wait for nor see a part of. Idempotent: what is done is in the ledger, and where it breaks the target
 * holds its old rows.
 */
export async function swapRows(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<void> {
  const options: TransactionOptions = {
    ...tableOptions(table, context),
    explain: (error) => stillTheOldRows(rejectedRow(error, table)),
  };
  await transaction(databases, options, (session) => readyShadow(session, table));
  const swapped = await transaction(databases, options, (session) =>
    swapOnce(databases, session, table),
  );
  const event = table.mode === 'changes' ? 'changes_applied' : 'target_swapped';
  if (swapped !== undefined)
    context.log.info(event, { table: table.key, run: table.run, ...swapped });
}

/** What the exchange is quicker with; beforehand, so that writers wait less long. */
async function readyShadow(session: Session, table: TablePlan): Promise<void> {
  await lockTarget(session, table);
  const { shadow } = await readSwapState(session, table);
  if (shadow === undefined) return;
  const changes = table.mode === 'changes';
  const keys = changes ? [] : await incomingKeys(session, quoteTable(table.target));
  const match = matchColumns(keys);
  if (match !== undefined) {
    const index = `${quoteIdentifier(`${shadow}_key`)} ON ${quoteShadow(shadow)}`;
    const columns = match.map(quoteIdentifier).join(', ');
    await session.query(`CREATE UNIQUE INDEX IF NOT EXISTS ${index} (${columns})`);
  }
  await session.query(`ANALYZE ${quoteShadow(shadow)}`);
}

async function swapOnce(
  databases: Databases,
  session: Session,
  table: TablePlan,
): Promise<Partial<AppliedChanges> | undefined> {
  await lockTarget(session, table);
  await refuseStalePlan(session, table);
  const { shadow, swapped } = await readSwapState(session, table);
  if (swapped) return undefined;
  if (shadow === undefined) throw shadowGone(table);
  await session.query(limitLocks(databases.lockTimeoutMs));
  await session.locking(`what the run has gathered for ${table.target.name}`, () =>
    session.query(`LOCK TABLE ${quoteShadow(shadow)} IN EXCLUSIVE MODE`),
  );
  await refuseSharedTarget(session, table);
  const applied =
    table.mode === 'changes' && !(await hasChanges(session, table, quoteShadow(shadow)))
      ? {}
      : await putRows(databases, session, table, shadow);
  await supersede(session, table, [table.target]);
  await recordSwap(session, table);
  await recordSnapshot(session, table);
  await dropShadow(session, shadow);
  await session.query(waitForDisk);
  return applied;
}

async function putRows(
  databases: Databases,
  session: Session,
  table: TablePlan,
  shadow: string,
): Promise<Partial<AppliedChanges>> {
  await lockTables(databases, session, table);
  await refuseStalePlan(session, table);
  const put = table.mode === 'changes' ? applyChanges : exchange;
  return put(session, table, quoteShadow(shadow));
}

/**
 * EXCLUSIVE lets readers read and holds back writers, also the rows of other tables that a foreign
 * key is about to lead here. Swaps of tables that foreign keys connect wait for one another, since
 * each of two reads the other's table.
 */
async function lockTables(databases: Databases, session: Session, table: TablePlan): Promise<void> {
  const target = quoteTable(table.target);
  await session.query(`SET LOCAL lock_timeout = 0`);
  await session.query(oneByOneSql, [target]);
  await session.query(limitLocks(databases.lockTimeoutMs));
  await session.locking(`swap of ${target}`, () =>
    session.query(`LOCK TABLE ${target} IN EXCLUSIVE MODE`),
  );
}

const oneByOneSql = `
SELECT pg_catalog.pg_advisory_xact_lock(hashtextextended('snowmelt swap', 0))
WHERE EXISTS (
  SELECT 1 FROM pg_catalog.pg_constraint
  WHERE contype = 'f' AND pg_catalog.to_regclass($1) IN (conrelid, confrelid))`;

const alwaysSql = `
SELECT attname::text AS name FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.to_regclass($1) AND attidentity = 'a' AND NOT attisdropped`;

async function exchange(session: Session, table: TablePlan, shadow: string): Promise<object> {
  const target = quoteTable(table.target);
  await seeOperators(session, table);
  const keys = await incomingKeys(session, target);
  for (const key of actingKeys(keys)) await refuseOrphans(session, table, { key, shadow });
  const { rows } = await session.query<{ name: string }>(alwaysSql, [target]);
  const always = rows.map(({ name }) => name);
  await session.query(exchangeSql({ table, shadow, match: matchColumns(keys), always }));
  // What is deferred speaks now, not when COMMIT has no way to say it well.
  await session.query('SET CONSTRAINTS ALL IMMEDIATE');
  await refuseOtherCounts(session, table, shadow);
  return {};
}

function shadowGone({ target }: TablePlan): SnowmeltError {
  return new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the table in which this run gathered the rows of ${target.schema}.${target.name} is gone`,
  );
}

function stillTheOldRows(error: unknown): unknown {
  if (!isSnowmeltError(error) || error.code !== 'TARGET.ROW_REJECTED') return error;
  // What was found before PostgreSQL had to refuse it says so itself.
  if (error.cause === undefined) return error;
  return new SnowmeltError(error.code, `${error.message}; the target still holds its old rows`, {
    cause: error,
    place: error.place,
    fix: 'Mend the rows at the source, or what refers to those that it no longer has.',
  });
}
