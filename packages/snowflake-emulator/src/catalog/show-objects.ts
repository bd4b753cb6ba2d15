import type { Show } from '../sql/syntax/statement.ts';
import type { CatalogSession } from './catalog-session.ts';
import { GRANTS, ROLES, SHARES, WAREHOUSES } from './show-account.ts';
import { showColumns } from './show-columns.ts';
import { DATABASES, SCHEMAS } from './show-containers.ts';
import { showKeys } from './show-keys.ts';
import { scoped } from './show-scope.ts';
import { TABLES, VIEWS } from './show-tables.ts';
import type { Cell, VirtualColumns } from './virtual-relation.ts';

export interface Shown {
  readonly columns: VirtualColumns;
  /** The column that LIKE and STARTS WITH look at. */
  readonly name: string;
  readonly rows: (show: Show, session: CatalogSession) => readonly Readonly<Record<string, Cell>>[];
}

export const SHOWN: Readonly<Record<string, Shown>> = {
  TABLES,
  VIEWS,
  DATABASES,
  SCHEMAS,
  ROLES,
  WAREHOUSES,
  GRANTS,
  SHARES,
  COLUMNS: showColumns(scoped),
  'PRIMARY KEYS': showKeys('PRIMARY KEY', scoped),
  'UNIQUE KEYS': showKeys('UNIQUE', scoped),
};
