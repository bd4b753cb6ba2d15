import { displayName } from './catalog.ts';
import type { QueryPlan } from '../sql/compile/typed.ts';
import type { CatalogSession } from './catalog-session.ts';
import { COLUMNS_VIEW } from './view-columns.ts';
import { OWN_SCHEMA, OWN_VIEWS } from './own-views.ts';
import { CONSTRAINTS_VIEW, REFERENCES_VIEW } from './view-constraints.ts';
import { TABLES_VIEW, VIEWS_VIEW } from './view-tables.ts';
import { CATALOG_NAME_VIEW, DATABASES_VIEW, ROLES_VIEW, SCHEMATA_VIEW } from './view-containers.ts';
import { queryHistory } from './view-query-history.ts';
import { virtualRelation, type Cell, type VirtualColumns } from './virtual-relation.ts';
import { missingObject, unsupported } from '../sql/unsupported.ts';

/** A view of INFORMATION_SCHEMA: documented columns, and its rows for one database. */
export interface InformationView {
  readonly columns: VirtualColumns;
  readonly rows: (
    database: string,
    session: CatalogSession,
  ) => readonly Readonly<Record<string, Cell>>[];
}

/** https://docs.snowflake.com/en/sql-reference/info-schema */
const VIEWS: Readonly<Record<string, InformationView>> = {
  TABLES: TABLES_VIEW,
  VIEWS: VIEWS_VIEW,
  COLUMNS: COLUMNS_VIEW,
  SCHEMATA: SCHEMATA_VIEW,
  DATABASES: DATABASES_VIEW,
  TABLE_CONSTRAINTS: CONSTRAINTS_VIEW,
  REFERENTIAL_CONSTRAINTS: REFERENCES_VIEW,
  INFORMATION_SCHEMA_CATALOG_NAME: CATALOG_NAME_VIEW,
  ENABLED_ROLES: ROLES_VIEW,
};

/** `[db.]INFORMATION_SCHEMA.view`, or a bare view while INFORMATION_SCHEMA is the session's schema. */
export function informationView(
  parts: readonly string[],
  session: CatalogSession,
): QueryPlan | undefined {
  const [name = '', schema = session.schema, database = session.database] = parts.toReversed();
  if (schema !== OWN_SCHEMA || database === undefined) return undefined;
  const view = VIEWS[name];
  if (view === undefined && OWN_VIEWS.includes(name)) throw unsupported(`${OWN_SCHEMA}.${name}`);
  if (view === undefined) throw missingObject('Object', displayName(...parts));
  session.shared.catalog.database(database);
  return virtualRelation(view.columns, view.rows(database, session));
}

/** TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) and its kin. */
export function informationFunction(name: string, session: CatalogSession): QueryPlan | undefined {
  if (name === 'QUERY_HISTORY') return queryHistory(session, () => true);
  if (name === 'QUERY_HISTORY_BY_SESSION')
    return queryHistory(session, (entry) => entry.sessionId === session.id);
  if (name === 'QUERY_HISTORY_BY_USER')
    return queryHistory(session, (entry) => entry.user === session.user);
  return undefined;
}
