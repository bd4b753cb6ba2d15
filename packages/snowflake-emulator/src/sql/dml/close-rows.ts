import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { runSql } from '../session/engine-state.ts';
import type { Session } from '../session/session.ts';
import type { Write } from '../session/session-transaction.ts';

/** Ends all rows of a table, as TRUNCATE does: time travel still finds them. */
export async function closeRows(
  session: Session,
  table: CatalogTable,
  write: Write,
  signal: AbortSignal,
): Promise<number> {
  const sql = `UPDATE ${table.physical} SET vt = ${write.transaction} WHERE vt = ${OPEN_END}`;
  return runSql(session.connection, sql, signal);
}
