import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { actingKeys, incomingKeys, matchColumns } from '../../describe/incoming-keys.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';
import { exchangeSql } from './exchange-sql.ts';
import { refuseOrphans, refuseOtherCounts } from './refuse-loss.ts';

/** Leaves in the target exactly the rows of the shadow. */
export async function exchange(
  session: Session,
  table: TablePlan,
  shadow: string,
): Promise<object> {
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
export async function identityAlways(session: Session, target: string): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(alwaysSql, [target]);
  return rows.map(({ name }) => name);
}
