import type { Constraint } from '../sql/syntax/statement.ts';
import type { CatalogTable } from './catalog-objects.ts';
import type { CatalogSession } from './catalog-session.ts';

/** The name of a constraint that has none of its own. */
export function constraintName(table: CatalogTable, index: number): string {
  return `SYS_CONSTRAINT_${table.physical}_${index + 1}`;
}

export interface Referenced {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** The name of the key that is referred to; null if the table has none over these columns. */
  readonly keyName: string | null;
}

/** The table and key that a FOREIGN KEY refers to; without columns it is the primary key. */
export function referenced(
  { references }: Constraint,
  table: CatalogTable,
  { shared }: CatalogSession,
): Referenced | undefined {
  if (references === undefined) return undefined;
  const [name = '', schema = table.schema, database = table.database] =
    references.table.toReversed();
  const parent = shared.catalog.find({ database, schema, name });
  const keys = parent?.kind === 'table' ? parent.constraints : [];
  const at = keys.findIndex(({ type, columns }) =>
    references.columns.length === 0
      ? type === 'PRIMARY KEY'
      : type !== 'FOREIGN KEY' && sameColumns(columns, references.columns),
  );
  const key = keys[at];
  const keyName =
    key === undefined || parent?.kind !== 'table' ? null : (key.name ?? constraintName(parent, at));
  const columns = references.columns.length > 0 ? references.columns : (key?.columns ?? []);
  return { database, schema, name, columns, keyName };
}

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((column) => b.includes(column));
