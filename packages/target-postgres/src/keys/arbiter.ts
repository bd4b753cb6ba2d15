import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { uniqueKeys } from '../describe/unique-keys.ts';
import { looseKeys, type LooseKey } from './loose-keys.ts';
import { keyOperators, type KeyOperators } from './key-operators.ts';

export interface Arbiter {
  /** A key with a NULL finds its row: no such key can be stored, or NULLs are not distinct. */
  readonly findsNulls: boolean;
  /** A column of the key takes NULL. */
  readonly mayHoldNulls: boolean;
  /** Row triggers fire before an insert or update, and may drop the row. */
  readonly triggers: boolean;
  /** Columns of the key in which several values of the source may be one. */
  readonly loose: readonly LooseKey[];
  readonly operators: KeyOperators;
}

const triggersSql = `
SELECT 1
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  AND t.tgtype & 3 = 3 AND t.tgtype & 20 <> 0`;

/** What the catalog says of the index that finds the rows of the plan's keys. */
export async function arbiterOf(session: Session, table: TablePlan): Promise<Arbiter> {
  const { schema, name } = table.target;
  const keys = await uniqueKeys(session, table.target);
  const wanted = JSON.stringify(table.keyColumns.toSorted());
  const fitting = keys.filter(({ columns }) => JSON.stringify(columns.toSorted()) === wanted);
  const { rowCount } = await session.query(triggersSql, [schema, name]);
  return {
    findsNulls: fitting.some(({ findsNulls }) => findsNulls),
    mayHoldNulls: fitting.some(({ nullable }) => nullable),
    triggers: rowCount !== 0,
    loose: await looseKeys(session, table),
    operators: await keyOperators(session, table),
  };
}
