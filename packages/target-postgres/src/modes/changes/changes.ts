import type { ChangesPlan, TablePlan } from '@snowmelt/core';

import { type Session, tableOptions, transaction } from '../../connect/transaction.ts';
import { actingKeys, incomingKeys } from '../../describe/incoming-keys.ts';
import { arbiterOf } from '../../keys/arbiter.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { changeColumns, createChangeTable } from '../../tables/shadow-table.ts';
import { checkGather, checkGatherOfNew } from '../gather/check-gather.ts';
import { gathering } from '../gather/gather.ts';
import { checkKeptKeys } from '../merge/check-keys.ts';
import { checkArbiter, checkIdentity } from '../merge/check-merge.ts';
import type { Mode } from '../shared/mode.ts';
import { applySql, type GatheredChanges } from './changes-sql.ts';
import { beginWithoutHeld } from './lost-held.ts';
import {
  nullKeys,
  refuseDroppedRows,
  refuseOrphanedRows,
  refuseOtherCount,
  refuseOtherKeys,
  refuseRepeatedKeys,
} from './refuse-changes.ts';

const { prepare, load, publish } = gathering(createChangeTable, {
  event: 'changes_applied',
  isNothing: hasNoChanges,
  put: applyChanges,
});

const { rejects: _incomplete, ...whole } = load;

/**
 * What has changed at the source is gathered and applied by key. A row that was left out could be no
 * base of its changes, so that none are.
 */
export const changes: Mode<ChangesPlan> = {
  privileges: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  whereKeysAct: { own: [], others: ['SELECT'] },
  checks: [checkKeptKeys, checkGather, checkArbiter, checkIdentity],
  checksOfNew: [checkKeptKeys, checkGatherOfNew],
  prepare,
  load: { ...whole, fields: changeColumns },
  async publish(databases, table, context) {
    const options = tableOptions(table, context);
    const lost = await transaction(databases, options, (session) =>
      beginWithoutHeld(session, table),
    );
    return lost ?? publish(databases, table, context);
  },
  stillWithoutRows: true,
};

/** Rows of the target that went, were updated, and came. */
interface AppliedChanges {
  readonly deleted: number;
  readonly updated: number;
  readonly inserted: number;
}

/** Where nothing has changed, nothing is applied, and no writer has to wait. */
async function hasNoChanges(session: Session, table: TablePlan, shadow: string): Promise<boolean> {
  const sql = `SELECT EXISTS (SELECT FROM ${shadow}) OR EXISTS (
  SELECT FROM snowmelt.chunk_ledger WHERE run_id = $1 AND table_key = $2 AND rows > 0) AS some`;
  const { rows } = await session.query<{ some: boolean }>(sql, [table.run, table.key]);
  return rows[0]?.some === false;
}

/**
 * Makes of the rows of one snapshot those of the next, in the caller's transaction and under its
 * locks. A change that is in already is applied again without harm.
 */
async function applyChanges(
  session: Session,
  table: TablePlan,
  shadow: string,
): Promise<AppliedChanges> {
  await refuseOtherCount(session, table, shadow);
  const { loose, operators, findsNulls } = await arbiterOf(session, table);
  const nullable = await nullableKeys(session, table, shadow);
  if (nullable.length > 0 && !findsNulls) throw nullKeys(table, nullable);
  const changes = { table, shadow, nullable, loose, operators };
  await refuseRepeatedKeys(session, changes);
  await refuseOtherKeys(session, changes);
  for (const key of actingKeys(await incomingKeys(session, quoteTable(table.target)))) {
    await refuseOrphanedRows(session, changes, key);
  }
  const applied = await apply(session, changes);
  // What is deferred speaks now, not when COMMIT has no way to say it well.
  await session.onTable('SET CONSTRAINTS ALL IMMEDIATE');
  await refuseDroppedRows(session, changes, applied.updated + applied.inserted);
  return applied;
}

async function apply(session: Session, changes: GatheredChanges): Promise<AppliedChanges> {
  const { rows } = await session.onTable<Record<keyof AppliedChanges, string>>(applySql(changes));
  const [counted] = rows;
  return {
    deleted: Number(counted?.deleted),
    updated: Number(counted?.updated),
    inserted: Number(counted?.inserted),
  };
}

/** Key columns with NULL in some change. */
async function nullableKeys(
  session: Session,
  table: TablePlan,
  shadow: string,
): Promise<readonly string[]> {
  const counts = table.keyColumns.map(
    (name, index) => `count(*) FILTER (WHERE ${quoteIdentifier(name)} IS NULL)::text AS k${index}`,
  );
  const sql = `SELECT ${counts.join(', ')} FROM ${shadow}`;
  const [row = {}] = (await session.query<Record<string, string>>(sql)).rows;
  return table.keyColumns.filter((_, index) => row[`k${index}`] !== '0');
}
