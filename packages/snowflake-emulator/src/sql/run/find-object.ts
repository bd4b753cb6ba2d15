import { displayName } from '../../catalog/catalog.ts';
import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import { missingObject } from '../unsupported.ts';
import type { Session } from './session.ts';

export const temporaryKey = (database: string, schema: string, name: string): string =>
  JSON.stringify([database, schema, name]);

/** A table or view; the session's temporary tables come first. */
export function lookUp(
  session: Session,
  parts: readonly string[],
): CatalogTable | CatalogView | undefined {
  const name = session.resolveName(parts);
  const key = temporaryKey(name.database, name.schema, name.name);
  return session.temporary.get(key) ?? session.shared.catalog.find(name);
}

/** Throws 002003. */
export function findObject(session: Session, parts: readonly string[]): CatalogTable | CatalogView {
  const object = lookUp(session, parts);
  if (object === undefined) throw missingObject('Object', displayName(...parts));
  return object;
}

/** A table, to be written or altered; throws 002003, also for a view. */
export function findTable(session: Session, parts: readonly string[]): CatalogTable {
  const object = lookUp(session, parts);
  if (object?.kind !== 'table') throw missingObject('Table', displayName(...parts));
  return object;
}
