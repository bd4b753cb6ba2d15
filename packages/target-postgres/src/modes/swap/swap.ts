import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { unsuitable } from '../../describe/findings.ts';
import {
  actingKeys,
  type IncomingKey,
  incomingKeys,
  matchColumns,
  nameChildren,
} from '../../describe/incoming-keys.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { createShadow, quoteShadow } from '../../tables/shadow-table.ts';
import { checkGather, checkGatherOfNew } from '../gather/check-gather.ts';
import type { RowsPut } from '../gather/gather-ledger.ts';
import { gathering } from '../gather/gather.ts';
import type { Mode } from '../shared/mode.ts';
import { exchangeSql } from './exchange-sql.ts';
import { refuseOrphans, refuseOtherCounts } from './refuse-loss.ts';

/** The rows of the run, gathered in a shadow of the table, take the place of the old ones. */
export const swap: Mode = {
  privileges: ['SELECT', 'INSERT', 'DELETE'],
  whereKeysAct: { own: ['UPDATE'], others: ['SELECT'] },
  checks: [checkGather, checkExchange],
  checksOfNew: [checkGatherOfNew],
  ...gathering(createShadow, { event: 'target_swapped', ready: indexShadow, put: exchange }),
};

async function indexShadow(session: Session, table: TablePlan, shadow: string): Promise<void> {
  const match = matchColumns(await incomingKeys(session, quoteTable(table.target)));
  if (match === undefined) return;
  const index = `${quoteIdentifier(`${shadow}_key`)} ON ${quoteShadow(shadow)}`;
  const columns = match.map(({ left }) => quoteIdentifier(left)).join(', ');
  await session.query(`CREATE UNIQUE INDEX IF NOT EXISTS ${index} (${columns})`);
}

/** What foreign keys that lead to the target ask of the rows that take the place of the old ones. */
async function checkExchange(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const target = quoteTable(table.target);
  const keys = await incomingKeys(session, target);
  if (keys.length === 0) return [];
  return [...partitionKeys(keys), ...matching(table, keys, await identityAlways(session, target))];
}

function partitionKeys(keys: readonly IncomingKey[]): readonly Finding[] {
  return actingKeys(keys)
    .filter(({ to_partition }) => to_partition)
    .map(({ name, child_schema, child_table }) =>
      unsuitable({
        message: `foreign key ${name} of ${child_schema}.${child_table} leads to one partition and acts on DELETE`,
        fix: 'Let it lead to the partitioned table, or use refresh: truncate.',
      }),
    );
}

/** Keys that act on DELETE ask for rows to be found again, by one key that the source fills. */
function matching(
  table: TablePlan,
  keys: readonly IncomingKey[],
  always: readonly string[],
): readonly Finding[] {
  const match = matchColumns(keys)?.map(({ left }) => left);
  if (match === undefined) return [];
  const travelling = new Set(table.columns.map(({ target }) => target));
  const acting = actingKeys(keys);
  const why = `foreign keys of ${nameChildren(acting)} act on DELETE (CASCADE, SET NULL, RESTRICT), so a swap updates rows in place`;
  const fix = 'Make them NO ACTION, or use refresh: truncate.';
  const refuse = (what: string): Finding => unsuitable({ message: `${why}; ${what}`, fix });
  const absent = match.filter((name) => !travelling.has(name));
  const fixed = always.filter((name) => travelling.has(name) && !match.includes(name));
  return [
    ...(acting.some(({ target_columns }) => !sameColumns(target_columns, match))
      ? [refuse('they lead to different keys')]
      : []),
    ...(absent.length > 0 ? [refuse(`no source column fills ${absent.join(', ')}`)] : []),
    ...(acting.some(({ key_nullable }) => key_nullable) ? [refuse('their key may hold NULL')] : []),
    ...(fixed.length > 0 ? [refuse(`${fixed.join(', ')} can't be updated`)] : []),
  ];
}

function sameColumns(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}

/** Leaves in the target exactly the rows of the shadow. */
async function exchange(session: Session, table: TablePlan, shadow: string): Promise<RowsPut> {
  const target = quoteTable(table.target);
  const keys = await incomingKeys(session, target);
  for (const key of actingKeys(keys)) await refuseOrphans(session, table, { key, shadow });
  const always = await identityAlways(session, target);
  await session.onTable(exchangeSql({ table, shadow, match: matchColumns(keys), always }));
  // What is deferred speaks now, not when COMMIT has no way to say it well.
  await session.onTable('SET CONSTRAINTS ALL IMMEDIATE');
  await refuseOtherCounts(session, table, shadow);
  return {};
}

const alwaysSql = `
SELECT attname::text AS name FROM pg_catalog.pg_attribute
WHERE attrelid = pg_catalog.to_regclass($1) AND attidentity = 'a' AND NOT attisdropped
ORDER BY attnum`;

/** Columns that only PostgreSQL numbers: an update may not write them. */
async function identityAlways(session: Session, target: string): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(alwaysSql, [target]);
  return rows.map(({ name }) => name);
}
