import type { CatalogTable, CatalogView } from '../catalog/catalog-objects.ts';
import { byteCount, listObjects, rowCount } from './list-objects.ts';
import { ownViews } from './own-views.ts';
import {
  type InformationView,
  MOMENT_CELL,
  momentCell,
  NUMBER_CELL,
  TEXT_CELL,
} from './virtual-relation.ts';

/** `LINEAR(a, b)`, as CLUSTERING_KEY and SHOW TABLES have it. */
export function clusteringKey(table: CatalogTable): string | null {
  return table.clusterBy === undefined ? null : `LINEAR(${table.clusterBy})`;
}

/** https://docs.snowflake.com/en/sql-reference/info-schema/tables */
export const TABLES_VIEW: InformationView = {
  columns: {
    TABLE_CATALOG: TEXT_CELL,
    TABLE_SCHEMA: TEXT_CELL,
    TABLE_NAME: TEXT_CELL,
    TABLE_OWNER: TEXT_CELL,
    TABLE_TYPE: TEXT_CELL,
    IS_TRANSIENT: TEXT_CELL,
    CLUSTERING_KEY: TEXT_CELL,
    ROW_COUNT: NUMBER_CELL,
    BYTES: NUMBER_CELL,
    RETENTION_TIME: NUMBER_CELL,
    SELF_REFERENCING_COLUMN_NAME: TEXT_CELL,
    REFERENCE_GENERATION: TEXT_CELL,
    USER_DEFINED_TYPE_CATALOG: TEXT_CELL,
    USER_DEFINED_TYPE_SCHEMA: TEXT_CELL,
    USER_DEFINED_TYPE_NAME: TEXT_CELL,
    IS_INSERTABLE_INTO: TEXT_CELL,
    IS_TYPED: TEXT_CELL,
    COMMIT_ACTION: TEXT_CELL,
    CREATED: MOMENT_CELL,
    LAST_ALTERED: MOMENT_CELL,
    LAST_DDL: MOMENT_CELL,
    LAST_DDL_BY: TEXT_CELL,
    AUTO_CLUSTERING_ON: TEXT_CELL,
    COMMENT: TEXT_CELL,
    IS_TEMPORARY: TEXT_CELL,
    IS_ICEBERG: TEXT_CELL,
    IS_DYNAMIC: TEXT_CELL,
    IS_IMMUTABLE: TEXT_CELL,
    IS_HYBRID: TEXT_CELL,
    ROW_TIMESTAMP_ON: TEXT_CELL,
    ERROR_LOGGING: TEXT_CELL,
    IS_INTERACTIVE: TEXT_CELL,
  },
  rows: (database, session) =>
    [...listObjects(session, database), ...ownViews(database)].map((object) => {
      const table = object.kind === 'table' ? object : undefined;
      return {
        TABLE_CATALOG: object.database,
        TABLE_SCHEMA: object.schema,
        TABLE_NAME: object.name,
        TABLE_OWNER: object.owner || null,
        TABLE_TYPE: tableType(object),
        IS_TRANSIENT: table === undefined ? null : yes(table.transient),
        CLUSTERING_KEY: table === undefined ? null : clusteringKey(table),
        ROW_COUNT: table === undefined ? null : rowCount(table, session),
        BYTES: table === undefined ? null : byteCount(table, session),
        RETENTION_TIME: table === undefined ? null : session.shared.catalog.retentionDays(table),
        IS_INSERTABLE_INTO: 'YES',
        IS_TYPED: 'YES',
        ...momentsOf(object),
        LAST_DDL_BY: object.createdNs === 0n ? null : session.user,
        AUTO_CLUSTERING_ON: yes(table?.clusterBy !== undefined),
        COMMENT: object.comment ?? null,
        IS_TEMPORARY: yes(table?.temporary === true),
        IS_ICEBERG: yes(table?.variant === 'iceberg'),
        IS_DYNAMIC: yes(table?.variant === 'dynamic'),
        IS_IMMUTABLE: 'NO',
        IS_HYBRID: yes(table?.variant === 'hybrid'),
        ROW_TIMESTAMP_ON: 'NO',
        ERROR_LOGGING: 'NO',
        IS_INTERACTIVE: 'NO',
      };
    }),
};

/** INFORMATION_SCHEMA's own views were never made, nor altered. */
function momentsOf({ createdNs, alteredNs }: CatalogTable | CatalogView) {
  if (createdNs === 0n) return {};
  const altered = momentCell(alteredNs);
  return { CREATED: momentCell(createdNs), LAST_ALTERED: altered, LAST_DDL: altered };
}

const yes = (value: boolean): string => (value ? 'YES' : 'NO');

function tableType(object: CatalogTable | CatalogView): string {
  if (object.kind === 'view') return object.materialized === true ? 'MATERIALIZED VIEW' : 'VIEW';
  if (object.variant === 'external') return 'EXTERNAL TABLE';
  return object.temporary ? 'TEMPORARY TABLE' : 'BASE TABLE';
}

/** https://docs.snowflake.com/en/sql-reference/info-schema/views */
export const VIEWS_VIEW: InformationView = {
  columns: {
    TABLE_CATALOG: TEXT_CELL,
    TABLE_SCHEMA: TEXT_CELL,
    TABLE_NAME: TEXT_CELL,
    TABLE_OWNER: TEXT_CELL,
    VIEW_DEFINITION: TEXT_CELL,
    CHECK_OPTION: TEXT_CELL,
    IS_UPDATABLE: TEXT_CELL,
    INSERTABLE_INTO: TEXT_CELL,
    IS_SECURE: TEXT_CELL,
    CREATED: MOMENT_CELL,
    LAST_ALTERED: MOMENT_CELL,
    LAST_DDL: MOMENT_CELL,
    LAST_DDL_BY: TEXT_CELL,
    COMMENT: TEXT_CELL,
  },
  rows: (database, session) =>
    [...listObjects(session, database), ...ownViews(database)].flatMap((object) =>
      object.kind === 'table'
        ? []
        : [
            {
              TABLE_CATALOG: object.database,
              TABLE_SCHEMA: object.schema,
              TABLE_NAME: object.name,
              TABLE_OWNER: object.owner || null,
              VIEW_DEFINITION: object.text || null,
              CHECK_OPTION: 'NONE',
              IS_UPDATABLE: 'NO',
              INSERTABLE_INTO: 'NO',
              IS_SECURE: yes(object.secure),
              ...momentsOf(object),
              LAST_DDL_BY: object.createdNs === 0n ? null : session.user,
              COMMENT: object.comment ?? null,
            },
          ],
    ),
};
