import { SqlError } from '../engine/contract.ts';
import type { Show } from '../sql/syntax/statement.ts';
import { compilationError, missingObject } from '../sql/unsupported.ts';
import type { CatalogTable, CatalogView } from './catalog-objects.ts';
import type { CatalogSession } from './catalog-session.ts';
import { displayName } from './catalog.ts';
import { listObjects } from './list-objects.ts';
import { OWN_SCHEMA, ownViews } from './own-views.ts';

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
