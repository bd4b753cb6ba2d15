import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { finding } from '../../describe/findings.ts';
import { nameTables, outsideTheRun, truncateReach } from '../../ledger/truncate-reach.ts';
import { grantSql } from '../../sql/grant-sql.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';

/** Tables outside of the run that would be emptied as well. */
export async function checkCascade(
  session: Session,
  table: TablePlan,
): Promise<readonly Finding[]> {
  if (table.truncateCascade) return [];
  const reached = outsideTheRun(table, await truncateReach(session, table.target));
  if (reached.length === 0) return [];
  const message =
    `TRUNCATE of ${nameTables([table.target])} would also empty ${nameTables(reached)}, ` +
    'whose foreign keys lead to it';
  const fix =
    'Load them in the same run with truncate_onstart (refresh: truncate), or set ' +
    'truncate_cascade: true if they are to be emptied as well.';
  return [finding('error', 'TARGET.TRUNCATE_CASCADES', { message, fix })];
}

const mayTruncateSql = `
SELECT current_user::text AS role,
       coalesce(has_table_privilege(to_regclass($1), 'TRUNCATE'), true) AS may`;

/** TRUNCATE takes the tables along whose foreign keys lead here. */
export async function checkReachRights(
  session: Session,
  table: TablePlan,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const other of await truncateReach(session, table.target)) {
    const { rows } = await session.query<{ role: string; may: boolean }>(mayTruncateSql, [
      quoteTable(other),
    ]);
    const [asked] = rows;
    if (asked === undefined || asked.may) continue;
    const message = `role ${asked.role} lacks TRUNCATE on ${other.schema}.${other.name}, which is emptied with ${table.target.name}, since a foreign key leads to it`;
    const statement = grantSql(asked.role).onTable(['TRUNCATE'], other);
    found.push(
      finding('error', 'TARGET.PRIVILEGE', { message, fix: `As its owner: ${statement}` }),
    );
  }
  return found;
}
