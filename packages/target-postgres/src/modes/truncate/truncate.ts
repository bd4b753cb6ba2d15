import type { Finding, TruncatePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { finding } from '../../describe/findings.ts';
import { planFingerprint } from '../../ledger/plan-fingerprint.ts';
import { truncateOnce } from '../../ledger/truncate-once.ts';
import { nameTables, outsideTheRun, truncateReach } from '../../ledger/truncate-reach.ts';
import { grantSql } from '../../sql/grant-sql.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';
import { dropEarlierShadows } from '../gather/begin-gather.ts';
import { copyLoad, targetOf } from '../shared/copy-load.ts';
import type { Begun, Mode } from '../shared/mode.ts';

/** The table is emptied, once a run, and loaded as by `append`. */
export const truncate: Mode<TruncatePlan> = {
  privileges: ['SELECT', 'INSERT', 'TRUNCATE'],
  checks: [checkReachRights, checkCascade],
  checksOfNew: [],
  prepare: { begin: emptyOnce },
  load: copyLoad(targetOf),
};

async function emptyOnce(
  session: Session,
  table: TruncatePlan,
  { before, again, log }: Begun,
): Promise<void> {
  const emptied = before?.truncated === true && !again;
  if (emptied && before.plan_hash === planFingerprint(table)) return;
  if (!emptied) await truncateOnce(session, table, { again });
  await dropEarlierShadows(session, table, log);
  const { schema, name } = table.target;
  log.info('target_table_truncated', { schema, table: name, run: table.run });
}

/** Tables outside of the run that would be emptied as well. */
async function checkCascade(session: Session, table: TruncatePlan): Promise<readonly Finding[]> {
  if (table.emptiesOthers) return [];
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
async function checkReachRights(
  session: Session,
  table: TruncatePlan,
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
