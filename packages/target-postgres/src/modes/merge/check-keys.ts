import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { finding } from '../../describe/findings.ts';
import { looseKeys, type LooseKey } from '../../keys/loose-keys.ts';
import { exactFix, whyLoose } from '../../keys/meeting-keys.ts';

/**
 * Says of a key that it compares more loosely than in the source. Whether keys meet, only the rows
 * tell.
 */
export async function checkKeys(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const loose = await looseKeys(session, table);
  return loose.length === 0 ? [] : [keysMayMeet(table, loose, 'warning')];
}

/** Changes find their rows by the key of the source: one that the target does not keep is refused. */
export async function checkKeptKeys(
  session: Session,
  table: TablePlan,
): Promise<readonly Finding[]> {
  const cut = (await looseKeys(session, table)).filter(({ cuts }) => cuts);
  return cut.length === 0 ? checkKeys(session, table) : [keysMayMeet(table, cut, 'error')];
}

function keysMayMeet(
  table: TablePlan,
  loose: readonly LooseKey[],
  severity: Finding['severity'],
): Finding {
  const { schema, name } = table.target;
  const message = `keys that differ in the source may be one in ${schema}.${name}, and then one row takes the place of the other: ${whyLoose(loose)}`;
  return finding(severity, 'TARGET.KEYS_MEET', { message, fix: exactFix(table, loose) });
}
