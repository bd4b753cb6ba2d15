import type { CatalogTable, CatalogView } from '../catalog/catalog-objects.ts';
import type { CatalogSession } from '../catalog/catalog-session.ts';
import { displayName } from '../catalog/catalog.ts';
import { SqlError } from '../engine/contract.ts';
import type { Show } from '../sql/syntax/statement.ts';
import { compilationError, missingObject } from '../sql/unsupported.ts';
import { listObjects } from './list-objects.ts';
import { OWN_SCHEMA, ownViews } from './own-views.ts';
import type { Cell, VirtualColumns } from './virtual-relation.ts';

type Objects = (CatalogTable | CatalogView)[];

/**
 * The objects that IN names, in the order of database, schema and name; by default those of the
 * session's schema, or database, or all.
 */
export function scoped(show: Show, session: CatalogSession): Objects {
  const { catalog } = session.shared;
  const { type, name } = show.scope ?? { type: undefined, name: [] };
  const [last, before] = name.toReversed();
  if (type === 'ACCOUNT') return allObjects(session);
  if (type === 'TABLE' || type === 'VIEW') return objectNamed(name, type, session);
  if (type === 'DATABASE') return databaseObjects(last ?? session.database ?? '', session);
  if (last === undefined && session.database === undefined) return allObjects(session);
  const schema = last ?? session.schema;
  const database = before ?? session.database ?? '';
  if (schema === undefined) return databaseObjects(database, session);
  if (schema === OWN_SCHEMA) return ownViews(catalog.database(database).name);
  return listObjects(session, database, catalog.schema(database, schema).name);
}

function allObjects(session: CatalogSession): Objects {
  const names = [...session.shared.catalog.databases.keys()].sort();
  return names.flatMap((each) => [...listObjects(session, each), ...ownViews(each)]).sort(byPlace);
}

function databaseObjects(name: string, session: CatalogSession): Objects {
  const database = session.shared.catalog.database(name);
  return [...listObjects(session, database.name), ...ownViews(database.name)].sort(byPlace);
}

const placeOf = ({ database, schema, name }: CatalogTable | CatalogView): readonly string[] => [
  database,
  schema,
  name,
];

function byPlace(a: CatalogTable | CatalogView, b: CatalogTable | CatalogView): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  const at = one.findIndex((part, i) => part !== other[i]);
  return at < 0 ? 0 : (one[at] ?? '') < (other[at] ?? '') ? -1 : 1;
}

/** The words TABLE and VIEW find tables and views alike, and only the error tells them apart. */
function objectNamed(
  name: readonly string[],
  type: 'TABLE' | 'VIEW',
  session: CatalogSession,
): Objects {
  const [own, schema = session.schema, database = session.database] = name.toReversed();
  if (own === undefined)
    return scoped({ ...EVERYTHING, scope: { type: undefined, name } }, session);
  const found = listObjects(session, database ?? '', schema).filter(
    (object) => object.name === own,
  );
  if (found.length > 0) return found;
  throw missingObject(type === 'VIEW' ? 'View' : 'Table', displayName(...name));
}

const EVERYTHING: Show = { kind: 'show', what: 'TABLES', terse: false, history: false };

/** Measured by mlorek/frostlake (ddl-show-columns-kinds-scopes): SHOW COLUMNS IN VIEW v, IN SCHEMA s. */
export function requireFullPath(name: readonly string[], parts: number): void {
  if (name.length === 0 || name.length >= parts) return;
  throw compilationError(
    `Must specify the full search path starting from database for ${displayName(...name)}`,
  );
}

/** LIMIT 0 is refused; the words are measured, their code is not. */
export function checkLimit({ limit }: Show): void {
  if (limit !== 0) return;
  throw new SqlError(
    '001003',
    '42000',
    "SQL compilation error:\nInvalid row limit value '0': it must be greater than 0.",
  );
}

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
