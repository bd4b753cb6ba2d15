import type { Show } from '../sql/syntax/statement.ts';
import { SqlError } from '../engine/contract.ts';
import type { CatalogSession } from './catalog-session.ts';
import { displayName } from './catalog.ts';
import type { CatalogTable, CatalogView } from './catalog-objects.ts';
import { byteCount, listObjects, rowCount } from './list-objects.ts';
import { showColumns } from './show-columns.ts';
import { showKeys } from './show-keys.ts';
import { clusteringKey } from './view-tables.ts';
import {
  MOMENT_CELL,
  NUMBER_CELL,
  TEXT_CELL,
  momentCell,
  type Cell,
  type VirtualColumns,
} from './virtual-relation.ts';

export interface Shown {
  readonly columns: VirtualColumns;
  /** The column that LIKE and STARTS WITH look at. */
  readonly name: string;
  readonly rows: (show: Show, session: CatalogSession) => readonly Readonly<Record<string, Cell>>[];
}

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

const flag = (value: boolean): string => (value ? 'Y' : 'N');

/** https://docs.snowflake.com/en/sql-reference/sql/show-tables */
const TABLES: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    name: TEXT_CELL,
    database_name: TEXT_CELL,
    schema_name: TEXT_CELL,
    kind: TEXT_CELL,
    comment: TEXT_CELL,
    cluster_by: TEXT_CELL,
    rows: NUMBER_CELL,
    bytes: NUMBER_CELL,
    owner: TEXT_CELL,
    retention_time: TEXT_CELL,
    automatic_clustering: TEXT_CELL,
    change_tracking: TEXT_CELL,
    is_external: TEXT_CELL,
    owner_role_type: TEXT_CELL,
    is_event: TEXT_CELL,
    is_hybrid: TEXT_CELL,
    is_iceberg: TEXT_CELL,
    is_dynamic: TEXT_CELL,
    is_immutable: TEXT_CELL,
  },
  rows: (show, session) =>
    scoped(show, session).flatMap((table) =>
      table.kind === 'view'
        ? []
        : [
            {
              created_on: momentCell(table.createdNs),
              name: table.name,
              database_name: table.database,
              schema_name: table.schema,
              kind: tableKind(table),
              comment: table.comment ?? '',
              cluster_by: clusteringKey(table) ?? '',
              rows: { sql: rowCount(table) },
              bytes: { sql: byteCount(table) },
              owner: table.owner,
              retention_time: String(session.shared.catalog.retentionDays(table)),
              automatic_clustering: table.clusterBy === undefined ? 'OFF' : 'ON',
              change_tracking: table.changeTracking ? 'ON' : 'OFF',
              is_external: flag(false),
              owner_role_type: 'ROLE',
              is_event: flag(false),
              is_hybrid: flag(false),
              is_iceberg: flag(false),
              is_dynamic: flag(false),
              is_immutable: flag(false),
            },
          ],
    ),
};

function tableKind(table: CatalogTable): string {
  if (table.temporary) return 'TEMPORARY';
  return table.transient ? 'TRANSIENT' : 'TABLE';
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-views */
const VIEWS: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    name: TEXT_CELL,
    reserved: TEXT_CELL,
    database_name: TEXT_CELL,
    schema_name: TEXT_CELL,
    owner: TEXT_CELL,
    comment: TEXT_CELL,
    text: TEXT_CELL,
    is_secure: TEXT_CELL,
    is_materialized: TEXT_CELL,
    owner_role_type: TEXT_CELL,
    change_tracking: TEXT_CELL,
  },
  rows: (show, session) =>
    scoped(show, session).flatMap((view) =>
      view.kind === 'table'
        ? []
        : [
            {
              created_on: momentCell(view.createdNs),
              name: view.name,
              reserved: '',
              database_name: view.database,
              schema_name: view.schema,
              owner: view.owner,
              comment: view.comment ?? '',
              text: view.text,
              is_secure: String(view.secure),
              is_materialized: 'false',
              owner_role_type: 'ROLE',
              change_tracking: 'OFF',
            },
          ],
    ),
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-databases */
const DATABASES: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    name: TEXT_CELL,
    is_default: TEXT_CELL,
    is_current: TEXT_CELL,
    origin: TEXT_CELL,
    owner: TEXT_CELL,
    comment: TEXT_CELL,
    options: TEXT_CELL,
    retention_time: TEXT_CELL,
    kind: TEXT_CELL,
  },
  rows: (_show, session) =>
    [...session.shared.catalog.databases.values()].map((database) => ({
      created_on: momentCell(database.createdNs),
      name: database.name,
      is_default: 'N',
      is_current: flag(database.name === session.database),
      origin: '',
      owner: 'ACCOUNTADMIN',
      comment: database.comment ?? '',
      options: database.transient ? 'TRANSIENT' : '',
      retention_time: String(database.retentionDays ?? 1),
      kind: 'STANDARD',
    })),
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-schemas */
const SCHEMAS: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    name: TEXT_CELL,
    is_default: TEXT_CELL,
    is_current: TEXT_CELL,
    database_name: TEXT_CELL,
    owner: TEXT_CELL,
    comment: TEXT_CELL,
    options: TEXT_CELL,
    retention_time: TEXT_CELL,
  },
  rows: (show, session) => {
    const { catalog } = session.shared;
    const name =
      show.scope?.name.at(-1) ?? (show.scope?.type === 'ACCOUNT' ? undefined : session.database);
    const databases =
      name === undefined ? [...catalog.databases.values()] : [catalog.database(name)];
    return databases.flatMap((database) =>
      [...database.schemas.values()].map((schema) => ({
        created_on: momentCell(schema.createdNs),
        name: schema.name,
        is_default: 'N',
        is_current: flag(schema.name === session.schema && database.name === session.database),
        database_name: database.name,
        owner: 'ACCOUNTADMIN',
        comment: schema.comment ?? '',
        options: schema.transient ? 'TRANSIENT' : '',
        retention_time: String(schema.retentionDays ?? database.retentionDays ?? 1),
      })),
    );
  },
};

const ACCOUNT_COLUMNS: VirtualColumns = {
  created_on: MOMENT_CELL,
  name: TEXT_CELL,
  owner: TEXT_CELL,
  comment: TEXT_CELL,
};

const ROLES: Shown = {
  name: 'name',
  columns: ACCOUNT_COLUMNS,
  rows: (_show, { shared }) =>
    [...shared.catalog.roles.values()].map(({ name, createdNs }) => ({
      created_on: momentCell(createdNs),
      name,
      owner: '',
      comment: '',
    })),
};

const WAREHOUSES: Shown = {
  name: 'name',
  columns: {
    name: TEXT_CELL,
    state: TEXT_CELL,
    type: TEXT_CELL,
    size: TEXT_CELL,
    ...ACCOUNT_COLUMNS,
  },
  rows: (_show, { shared }) =>
    [...shared.catalog.warehouses.values()].map(({ name, createdNs, properties }) => ({
      name,
      state: 'STARTED',
      type: 'STANDARD',
      size: properties.get('WAREHOUSE_SIZE') ?? 'X-Small',
      created_on: momentCell(createdNs),
      owner: 'ACCOUNTADMIN',
      comment: properties.get('COMMENT') ?? '',
    })),
};

/** Every session may do everything; no grant is kept. */
const GRANTS: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    privilege: TEXT_CELL,
    granted_on: TEXT_CELL,
    name: TEXT_CELL,
    granted_to: TEXT_CELL,
    grantee_name: TEXT_CELL,
    grant_option: TEXT_CELL,
    granted_by: TEXT_CELL,
  },
  rows: () => [],
};

export const SHOWN: Readonly<Record<string, Shown>> = {
  TABLES,
  VIEWS,
  DATABASES,
  SCHEMAS,
  ROLES,
  WAREHOUSES,
  GRANTS,
  COLUMNS: showColumns(scoped),
  'PRIMARY KEYS': showKeys('PRIMARY KEY', scoped),
  'UNIQUE KEYS': showKeys('UNIQUE', scoped),
};
