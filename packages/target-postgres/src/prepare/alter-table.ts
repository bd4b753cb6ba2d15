import { SnowmeltError, type TablePlan, type TableSchema } from '@snowmelt/core';

import { isServerError, serverMessage } from '@snowmelt/pg-connection';
import type { Session } from '../connect/transaction.ts';
import { alterTableSql } from './create-table.ts';

/** Adds and widens columns of an existing table. `false`: there was nothing to do. */
export async function alterTable(
  session: Session,
  table: TablePlan,
  existing: TableSchema,
): Promise<boolean> {
  const sql = alterTableSql(table, existing);
  if (sql === undefined) return false;
  const { schema, name } = table.target;
  try {
    await session.locking(`ALTER TABLE of ${schema}.${name}`, () => session.onTable(sql));
    return true;
  } catch (error) {
    throw stopped(error) ?? error;
  }
}

/** PostgreSQL's word for a view and the like that uses the column: it came after the plan was made. */
function stopped(error: unknown): SnowmeltError | undefined {
  if (!isServerError(error) || error.code !== '0A000') return undefined;
  return new SnowmeltError('TARGET.TABLE_UNSUITABLE', serverMessage(error), {
    cause: error,
    fix: 'Start a new run with --no-resume: its plan leaves the column as it is and says so.',
  });
}
