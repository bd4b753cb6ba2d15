import type { Finding, TablePlan } from '@snowmelt/core';

import { caution, finding, unsuitable } from '../../describe/findings.ts';
import { grantSql } from '../../sql/grant-sql.ts';
import { gatheringWords } from './gathers.ts';
import {
  actingKeys,
  matchColumns,
  nameChildren,
  type IncomingKey,
} from '../../describe/incoming-keys.ts';

/** Whether the foreign keys that lead to the target can be kept, and what they ask of the rows. */
export function checkIncomingKeys(
  table: TablePlan,
  keys: readonly IncomingKey[],
  identityAlways: readonly string[],
): readonly Finding[] {
  const others = keys.filter(({ own }) => !own);
  if (keys.length === 0) return [];
  return [
    ...(others.length > 0 ? [rowsMustStay(table, others)] : []),
    ...(table.mode === 'swap' ? partitionKeys(keys) : []),
    ...(table.mode === 'swap' ? matching(table, keys, identityAlways) : []),
    ...actingKeys(others)
      .filter(({ may_read }) => !may_read)
      .map(unreadable),
  ];
}

function rowsMustStay(table: TablePlan, keys: readonly IncomingKey[]): Finding {
  const { schema, name } = table.target;
  const { load } = gatheringWords(table);
  return caution({
    message:
      `rows of ${schema}.${name} that ${nameChildren(keys)} refers to must still be ` +
      `in the source: else ${load} is refused and the old rows stay`,
    fix: 'Load the referring tables first where their rows go as well.',
  });
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
  identityAlways: readonly string[],
): readonly Finding[] {
  const match = matchColumns(keys);
  if (match === undefined) return [];
  const travelling = new Set(table.columns.map(({ target }) => target));
  const acting = actingKeys(keys);
  const why = `foreign keys of ${nameChildren(acting)} act on DELETE (CASCADE, SET NULL, RESTRICT), so a swap updates rows in place`;
  const fix = 'Make them NO ACTION, or use refresh: truncate.';
  const refuse = (what: string): Finding => unsuitable({ message: `${why}; ${what}`, fix });
  const absent = match.filter((name) => !travelling.has(name));
  const fixed = identityAlways.filter((name) => travelling.has(name) && !match.includes(name));
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

function unreadable({ name, child_schema, child_table, role }: IncomingKey): Finding {
  return finding('error', 'TARGET.PRIVILEGE', {
    message: `foreign key ${name} acts on DELETE, and ${child_schema}.${child_table}, whose rows it would act on, can't be read`,
    fix: `As its owner: ${grantSql(role).onTable(['SELECT'], { schema: child_schema, name: child_table })} A row-level policy may not hide rows of it.`,
  });
}
