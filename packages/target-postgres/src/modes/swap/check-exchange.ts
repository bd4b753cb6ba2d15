import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { unsuitable } from '../../describe/findings.ts';
import {
  actingKeys,
  incomingKeys,
  matchColumns,
  nameChildren,
  type IncomingKey,
} from '../../describe/incoming-keys.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';
import { identityAlways } from './exchange.ts';

/** What foreign keys that lead to the target ask of the rows that take the place of the old ones. */
export async function checkExchange(
  session: Session,
  table: TablePlan,
): Promise<readonly Finding[]> {
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
