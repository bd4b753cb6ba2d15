import type { CatalogSession } from '../catalog/catalog-session.ts';
import { displayName } from '../catalog/catalog.ts';
import type { HistoryEntry } from '../catalog/query-history.ts';
import type { QueryPlan } from '../sql/typed/typed.ts';
import { missingObject, unsupported } from '../sql/unsupported.ts';
import { OWN_SCHEMA, OWN_VIEWS } from './own-views.ts';
import { COLUMNS_VIEW } from './view-columns.ts';
import { CONSTRAINTS_VIEW, REFERENCES_VIEW } from './view-constraints.ts';
import { CATALOG_NAME_VIEW, DATABASES_VIEW, ROLES_VIEW, SCHEMATA_VIEW } from './view-containers.ts';
import { TABLES_VIEW, VIEWS_VIEW } from './view-tables.ts';
import {
  type InformationView,
  MOMENT_CELL,
  momentCell,
  NUMBER_CELL,
  TEXT_CELL,
  virtualRelation,
} from './virtual-relation.ts';

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
  // There are none: statements that make or set a policy are refused by name.
  if (name === 'POLICY_REFERENCES') return virtualRelation(POLICY_COLUMNS, []);
  return undefined;
}

/** https://docs.snowflake.com/en/sql-reference/functions/policy_references */
const POLICY_COLUMNS = {
  POLICY_DB: TEXT_CELL,
  POLICY_SCHEMA: TEXT_CELL,
  POLICY_NAME: TEXT_CELL,
  POLICY_KIND: TEXT_CELL,
  REF_DATABASE_NAME: TEXT_CELL,
  REF_SCHEMA_NAME: TEXT_CELL,
  REF_ENTITY_NAME: TEXT_CELL,
  REF_ENTITY_DOMAIN: TEXT_CELL,
  REF_COLUMN_NAME: TEXT_CELL,
  REF_ARG_COLUMN_NAMES: TEXT_CELL,
  TAG_DATABASE: TEXT_CELL,
  TAG_SCHEMA: TEXT_CELL,
  TAG_NAME: TEXT_CELL,
  POLICY_STATUS: TEXT_CELL,
};

const COLUMNS = {
  QUERY_ID: TEXT_CELL,
  QUERY_TEXT: TEXT_CELL,
  DATABASE_NAME: TEXT_CELL,
  SCHEMA_NAME: TEXT_CELL,
  QUERY_TYPE: TEXT_CELL,
  SESSION_ID: NUMBER_CELL,
  USER_NAME: TEXT_CELL,
  ROLE_NAME: TEXT_CELL,
  WAREHOUSE_NAME: TEXT_CELL,
  QUERY_TAG: TEXT_CELL,
  EXECUTION_STATUS: TEXT_CELL,
  ERROR_CODE: TEXT_CELL,
  ERROR_MESSAGE: TEXT_CELL,
  START_TIME: MOMENT_CELL,
  END_TIME: MOMENT_CELL,
  TOTAL_ELAPSED_TIME: NUMBER_CELL,
  ROWS_PRODUCED: NUMBER_CELL,
};

/** Newest first; https://docs.snowflake.com/en/sql-reference/functions/query_history */
function queryHistory(
  { shared }: CatalogSession,
  keep: (entry: HistoryEntry) => boolean,
): QueryPlan {
  const entries = [...shared.history.entries.values()].filter(keep).toReversed().slice(0, 10_000);
  return virtualRelation(COLUMNS, entries.map(historyRow));
}

function historyRow(entry: HistoryEntry) {
  return {
    QUERY_ID: entry.queryId,
    QUERY_TEXT: entry.text,
    DATABASE_NAME: entry.database ?? null,
    SCHEMA_NAME: entry.schema ?? null,
    QUERY_TYPE: /^\s*(\w+)/.exec(entry.text)?.[1]?.toUpperCase() ?? null,
    SESSION_ID: entry.sessionId,
    USER_NAME: entry.user,
    ROLE_NAME: entry.role ?? null,
    WAREHOUSE_NAME: entry.warehouse ?? null,
    QUERY_TAG: entry.tag,
    EXECUTION_STATUS: entry.status,
    ERROR_CODE: entry.errorCode ?? null,
    ERROR_MESSAGE: entry.errorMessage ?? null,
    START_TIME: momentCell(entry.startNs),
    END_TIME: momentCell(entry.endNs),
    TOTAL_ELAPSED_TIME:
      entry.endNs === undefined ? null : (entry.endNs - entry.startNs) / 1_000_000n,
    ROWS_PRODUCED: entry.rows,
  };
}
