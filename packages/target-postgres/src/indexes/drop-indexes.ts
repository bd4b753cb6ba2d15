import { rebuildsIndexes, SnowmeltError, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { sqlState } from '@snowmelt/pg-connection';
import { limitLocks } from '../connect/session-settings.ts';
import { tableOptions, transaction, type Session } from '../connect/transaction.ts';
import { lockTarget } from '../ledger/lock-target.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import {
  foreignKeysOf,
  readDefinitions,
  recordForeignKey,
  recordIndexes,
  type ForeignKey,
} from './record-pieces.ts';

/** How long the other end of a foreign key is waited for: it may be in the middle of a load. */
const foreignKeyLockMs = 200;

/** Whether the run loads rows into the table itself, with its indexes away. */
export function dropsIndexes(table: TablePlan): boolean {
  return rebuildsIndexes(table);
}

/**
 * P5: takes the secondary indexes and outgoing foreign keys off the table for its load. Their
 * definitions are written in the transaction that drops them; once a run, so that a resume does
 * not drop what was rebuilt already. What an earlier run still owes is taken over.
 */
export async function dropIndexes(
  databases: Databases,
  table: TablePlan,
  context: WorkContext,
): Promise<void> {
  const options = tableOptions(table, context);
  const dropped = await transaction(databases, options, async (session) => {
    await lockTarget(session, table);
    if (await droppedBefore(session, table)) return undefined;
    const names = await dropOnce(session, databases, table);
    await session.query(markDroppedSql, [table.run, table.key]);
    return { names, adopted: await adoptOwed(session, table) };
  });
  if (dropped === undefined) return;
  const { schema, name } = table.target;
  context.log.info('indexes_dropped', { schema, table: name, run: table.run, ...dropped });
}

const droppedBeforeSql = `
SELECT indexes_dropped_at IS NOT NULL AS dropped FROM snowmelt.table_ledger
WHERE run_id = $1 AND table_key = $2`;

async function droppedBefore(session: Session, { run, key }: TablePlan): Promise<boolean> {
  const { rows } = await session.query<{ dropped: boolean }>(droppedBeforeSql, [run, key]);
  return rows[0]?.dropped === true;
}

const markDroppedSql = `
UPDATE snowmelt.table_ledger SET indexes_dropped_at = clock_timestamp()
WHERE run_id = $1 AND table_key = $2`;

const adoptSql = `
UPDATE snowmelt.index_ledger
SET run_id = $1, table_key = $2, state = CASE state WHEN 'failed' THEN 'dropped' ELSE state END
WHERE target_schema = $3 AND target_table = $4 AND state <> 'rebuilt' AND run_id <> $1
RETURNING name`;

async function adoptOwed(session: Session, table: TablePlan): Promise<readonly string[]> {
  const { run, key, target } = table;
  const values = [run, key, target.schema, target.name];
  const { rows } = await session.query<{ name: string }>(adoptSql, values);
  return rows.map(({ name }) => name);
}

async function dropOnce(
  session: Session,
  databases: Databases,
  table: TablePlan,
): Promise<readonly string[]> {
  const name = quoteTable(table.target);
  await session.locking(`dropping the indexes of ${name}`, () =>
    session.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`),
  );
  const oid = await plainTable(session, table);
  if (oid === undefined) return [];
  await session.query(readDefinitions);
  const names: string[] = [];
  for (const foreignKey of await foreignKeysOf(session, table, oid)) {
    if (await dropForeignKey(session, table, foreignKey)) names.push(foreignKey.name);
  }
  await session.query(limitLocks(databases.lockTimeoutMs));
  const recorded = await recordIndexes(session, table, oid);
  for (const { kind, name: index } of recorded) {
    const schema = table.target.schema;
    await session.onTable(
      kind === 'index'
        ? `DROP INDEX ${quoteTable({ schema, name: index })}`
        : `ALTER TABLE ONLY ${name} DROP CONSTRAINT ${quoteIdentifier(index)}`,
    );
  }
  return [...names, ...recorded.map((piece) => piece.name)];
}

const tableSql = `
SELECT c.oid, c.relkind::text AS relkind, pg_has_role(c.relowner, 'USAGE') AS owned,
       has_schema_privilege(n.oid, 'CREATE') AS may_create, current_user::text AS role
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`;

interface TableFacts {
  readonly oid: string;
  readonly relkind: string;
  readonly owned: boolean;
  readonly may_create: boolean;
  readonly role: string;
}

/** Nothing for a partitioned table, whose indexes stay. Throws where a rebuild would be refused. */
async function plainTable(session: Session, { target }: TablePlan): Promise<string | undefined> {
  const { schema, name } = target;
  const [facts] = (await session.query<TableFacts>(tableSql, [schema, name])).rows;
  if (facts === undefined || facts.relkind !== 'r') return undefined;
  if (facts.owned && facts.may_create) return facts.oid;
  throw new SnowmeltError(
    'TARGET.PRIVILEGE',
    `role ${facts.role} may not drop and create indexes of ${schema}.${name}`,
    { fix: 'Let the owner run it, with CREATE on the schema; or set disable_index: false.' },
  );
}

/** Its other end is locked as well, so it stays where somebody is at work there. */
async function dropForeignKey(
  session: Session,
  table: TablePlan,
  { oid, name }: ForeignKey,
): Promise<boolean> {
  await session.savepoint(`SAVEPOINT foreign_key; ${limitLocks(foreignKeyLockMs)}`);
  try {
    await recordForeignKey(session, table, oid);
    const target = quoteTable(table.target);
    await session.onTable(`ALTER TABLE ONLY ${target} DROP CONSTRAINT ${quoteIdentifier(name)}`);
    await session.savepoint('RELEASE SAVEPOINT foreign_key');
    return true;
  } catch (error) {
    if (!['55P03', '40P01'].includes(sqlState(error) ?? '')) throw error;
    await session.savepoint('ROLLBACK TO SAVEPOINT foreign_key');
    return false;
  }
}
