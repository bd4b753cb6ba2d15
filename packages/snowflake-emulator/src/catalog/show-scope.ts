import { SqlError } from '../engine/contract.ts';
import type { Show } from '../sql/syntax/statement.ts';
import type { CatalogTable, CatalogView } from './catalog-objects.ts';
import type { CatalogSession } from './catalog-session.ts';
import { displayName } from './catalog.ts';
import { listObjects } from './list-objects.ts';

/** The objects that IN names; by default those of the session's schema, or database, or all. */
export function scoped(show: Show, session: CatalogSession): (CatalogTable | CatalogView)[] {
  const { catalog } = session.shared;
  const { type, name } = show.scope ?? { type: undefined, name: [] };
  const all = (): (CatalogTable | CatalogView)[] =>
    [...catalog.databases.keys()].flatMap((each) => listObjects(session, each));
  if (type === 'ACCOUNT') return all();
  const [last, before] = name.toReversed();
  if (type === 'TABLE') return tableNamed(name, session);
  if (type === 'DATABASE')
    return listObjects(session, catalog.database(last ?? session.database ?? '').name);
  if (last === undefined) {
    if (session.database === undefined) return all();
    return listObjects(session, session.database, session.schema);
  }
  if (type !== 'SCHEMA' && before === undefined && catalog.databases.has(last))
    return listObjects(session, last);
  const schema = catalog.schema(before ?? session.database ?? '', last);
  return listObjects(session, schema.database, schema.name);
}

function tableNamed(
  name: readonly string[],
  session: CatalogSession,
): (CatalogTable | CatalogView)[] {
  const [own, schema = session.schema, database = session.database] = name.toReversed();
  const found = listObjects(session, database ?? '', schema).filter(
    (object) => object.name === own,
  );
  if (found.length > 0) return found;
  throw new SqlError(
    '002003',
    '02000',
    `SQL compilation error:\nTable '${displayName(...name)}' does not exist or not authorized.`,
  );
}
