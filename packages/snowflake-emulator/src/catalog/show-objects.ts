import type { Show } from '../sql/syntax/statement.ts';
import type { CatalogSession } from './catalog-session.ts';
import { GRANTS, ROLES, SHARES, WAREHOUSES } from './show-account.ts';
import { COLUMNS } from './show-columns.ts';
import { DATABASES, SCHEMAS } from './show-containers.ts';
import { EXPORTED_KEYS, IMPORTED_KEYS, showKeys } from './show-keys.ts';
import { NOTHING } from './show-nothing.ts';
import {
  DYNAMIC_COLUMNS,
  EXTERNAL_COLUMNS,
  HYBRID_COLUMNS,
  ICEBERG_COLUMNS,
  MATERIALIZED_VIEWS,
  OBJECTS,
  TABLES,
  VIEWS,
  variantTables,
} from './show-tables.ts';
import { TEXT_CELL, type Cell, type VirtualColumns } from './virtual-relation.ts';

export interface Shown {
  readonly columns: VirtualColumns | ((show: Show) => VirtualColumns);
  /** The column that LIKE, STARTS WITH and LIMIT … FROM look at. */
  readonly name: string;
  readonly rows: (show: Show, session: CatalogSession) => readonly Readonly<Record<string, Cell>>[];
  /** What TERSE gives: by default five columns, else those named, or all as without it. */
  readonly terse?: 'whole' | readonly string[];
  /** `kind` of TERSE, where the row has none. */
  readonly terseKind?: (row: Readonly<Record<string, Cell>>) => Cell;
  /** STARTS WITH and LIMIT are taken and change nothing (mlorek/frostlake, ddl-show-modifier-matrix). */
  readonly ignoresPaging?: boolean;
}

export const SHOWN: Readonly<Record<string, Shown>> = {
  TABLES,
  VIEWS,
  OBJECTS,
  DATABASES,
  SCHEMAS,
  ROLES,
  WAREHOUSES,
  GRANTS,
  SHARES,
  COLUMNS,
  'MATERIALIZED VIEWS': MATERIALIZED_VIEWS,
  'DYNAMIC TABLES': variantTables('dynamic', DYNAMIC_COLUMNS),
  'HYBRID TABLES': variantTables('hybrid', HYBRID_COLUMNS),
  'ICEBERG TABLES': variantTables('iceberg', ICEBERG_COLUMNS),
  'EXTERNAL TABLES': variantTables('external', EXTERNAL_COLUMNS),
  'PRIMARY KEYS': showKeys('PRIMARY KEY'),
  'UNIQUE KEYS': showKeys('UNIQUE'),
  'IMPORTED KEYS': IMPORTED_KEYS,
  'EXPORTED KEYS': EXPORTED_KEYS,
  ...NOTHING,
};

/** The columns that a statement shows: all, or those of TERSE. */
export function shownColumns(shown: Shown, show: Show): VirtualColumns {
  const columns = typeof shown.columns === 'function' ? shown.columns(show) : shown.columns;
  if (!show.terse || shown.terse === 'whole') return columns;
  const names = shown.terse ?? ['created_on', 'name', 'kind', 'database_name', 'schema_name'];
  return Object.fromEntries(names.map((name) => [name, columns[name] ?? TEXT_CELL]));
}
