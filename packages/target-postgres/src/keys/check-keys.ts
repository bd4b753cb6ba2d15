import type { Finding, TablePlan } from '@snowmelt/core';

import { finding } from '../describe/findings.ts';
import type { Session } from '../connect/transaction.ts';
import { looseKeys } from './loose-keys.ts';
import { exactFix, whyLoose } from './meeting-keys.ts';

/**
 * Says of a key that it compares more loosely than in the source. Whether keys meet, only the rows
 * tell; but changes find their rows by the key of the source, so that one which the target does not
 * keep is refused.
 */
export async function checkKeys(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  if (table.keyColumns.length === 0) return [];
  const loose = await looseKeys(session, table);
  const { schema, name } = table.target;
  const cut = loose.filter(({ cuts }) => cuts);
  const refused = table.changes !== undefined && cut.length > 0;
  const [named, severity] = refused ? ([cut, 'error'] as const) : ([loose, 'warning'] as const);
  if (named.length === 0) return [];
  const message = `keys that differ in the source may be one in ${schema}.${name}, and then one row takes the place of the other: ${whyLoose(named)}`;
  return [finding(severity, 'TARGET.KEYS_MEET', { message, fix: exactFix(table, named) })];
}
