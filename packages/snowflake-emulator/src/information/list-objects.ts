import type { CatalogSession } from '../catalog/catalog-session.ts';
import type { CatalogTable, CatalogView } from '../catalog/catalog-objects.ts';
import { visibleRows } from '../catalog/transaction-log.ts';
import type { CountedCell } from './virtual-relation.ts';

/** Tables and views of a database, or of one of its schemas, with the session's temporary tables. */
export function listObjects(
  session: CatalogSession,
  database: string,
  schema?: string,
): (CatalogTable | CatalogView)[] {
  const schemas =
    session.shared.catalog.databases.get(database)?.schemas ?? new Map<string, never>();
  const found = [...schemas.values()].flatMap((each) => [...each.objects.values()]);
  const temporary = [...session.temporary.values()].filter((table) => table.database === database);
  return [...temporary, ...found]
    .filter((object) => schema === undefined || object.schema === schema)
    .sort((a, b) => compareText(a.schema, b.schema) || compareText(a.name, b.name));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A table's number of rows, which DuckDB counts. */
export function rowCount(table: CatalogTable, session: CatalogSession): CountedCell {
  const sql = `(SELECT count(*) FROM ${table.physical} WHERE ${visibleRows(session.present())})`;
  return { sql, factor: 1 };
}

/** No bytes are kept in files: 8 a value stand for them. */
export function byteCount(table: CatalogTable, session: CatalogSession): CountedCell {
  return { ...rowCount(table, session), factor: table.columns.length * 8 };
}
