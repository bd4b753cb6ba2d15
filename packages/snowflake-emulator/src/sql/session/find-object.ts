import { displayName } from '../../catalog/catalog.ts';
import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import { insufficientPrivileges, missingObject, unsupported } from '../unsupported.ts';
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

/** An object that may be changed; throws 002003, and 003001 where it was imported. */
export function findOwnObject(
  session: Session,
  parts: readonly string[],
): CatalogTable | CatalogView {
  const object = findObject(session, parts);
  if (object.imported === true) throw insufficientPrivileges(object.kind, displayName(object.name));
  return object;
}

/** A table whose rows may be changed. Throws 000002 for one that only its own source changes. */
export function findWritable(session: Session, parts: readonly string[]): CatalogTable {
  const table = findTable(session, parts);
  if (table.variant === 'dynamic' || table.variant === 'external')
    throw unsupported(`DML on a ${table.variant} table`);
  return table;
}

/** A table, to be written or altered; throws 002003, also for a view, and 003001. */
export function findTable(session: Session, parts: readonly string[]): CatalogTable {
  if (lookUp(session, parts)?.kind !== 'table') throw missingObject('Table', displayName(...parts));
  return findOwnObject(session, parts) as CatalogTable;
}
