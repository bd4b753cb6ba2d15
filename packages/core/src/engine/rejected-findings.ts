import type { TableRef } from '../contract/table-schema.ts';
import type { Finding } from '../contract/target.ts';
import { errorCatalog } from '../errors/catalog.ts';

const code = 'TARGET.ROWS_QUARANTINED';

/** What status rows say of a table, or of all of a run, whose rows are not all in the target. */
export function rejectedNote(rows: number): string {
  return `${code}: ${rowsAre(rows)} in quarantine`;
}

/** The same for the report of a table. */
export function rejectedFindings(target: TableRef, rows: number): readonly Finding[] {
  if (rows === 0) return [];
  const { database, schema, name } = target;
  const message = `${rowsAre(rows)} not in ${schema}.${name} but in snowmelt.rejected_rows of ${database}`;
  return [{ code, severity: 'warning', message, fix: errorCatalog[code].fix }];
}

function rowsAre(rows: number): string {
  return rows === 1 ? '1 row is' : `${rows} rows are`;
}
