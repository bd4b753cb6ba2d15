import { byteCount, listObjects, rowCount } from './list-objects.ts';
import type { InformationView } from './information-schema.ts';
import type { CatalogTable } from './catalog-objects.ts';
import { MOMENT_CELL, NUMBER_CELL, TEXT_CELL, momentCell } from './virtual-relation.ts';

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
  },
  rows: (database, session) =>
    listObjects(session, database).map((object) => {
      const table = object.kind === 'table' ? object : undefined;
      return {
        TABLE_CATALOG: object.database,
        TABLE_SCHEMA: object.schema,
        TABLE_NAME: object.name,
        TABLE_OWNER: object.owner,
        TABLE_TYPE: tableType(table),
        IS_TRANSIENT: table === undefined ? null : yes(table.transient),
        CLUSTERING_KEY: table === undefined ? null : clusteringKey(table),
        ROW_COUNT: table === undefined ? null : { sql: rowCount(table) },
        BYTES: table === undefined ? null : { sql: byteCount(table) },
        RETENTION_TIME: table === undefined ? null : session.shared.catalog.retentionDays(table),
        IS_INSERTABLE_INTO: 'YES',
        IS_TYPED: 'YES',
        CREATED: momentCell(object.createdNs),
        LAST_ALTERED: momentCell(object.alteredNs),
        LAST_DDL: momentCell(object.alteredNs),
        LAST_DDL_BY: session.user,
        AUTO_CLUSTERING_ON: yes(table?.clusterBy !== undefined),
        COMMENT: object.comment ?? null,
        IS_TEMPORARY: yes(table?.temporary === true),
        IS_ICEBERG: 'NO',
        IS_DYNAMIC: 'NO',
        IS_IMMUTABLE: 'NO',
        IS_HYBRID: 'NO',
      };
    }),
};

const yes = (value: boolean): string => (value ? 'YES' : 'NO');

function tableType(table: CatalogTable | undefined): string {
  if (table === undefined) return 'VIEW';
  return table.temporary ? 'TEMPORARY TABLE' : 'BASE TABLE';
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
    COMMENT: TEXT_CELL,
  },
  rows: (database, session) =>
    listObjects(session, database).flatMap((object) =>
      object.kind === 'table'
        ? []
        : [
            {
              TABLE_CATALOG: object.database,
              TABLE_SCHEMA: object.schema,
              TABLE_NAME: object.name,
              TABLE_OWNER: object.owner,
              VIEW_DEFINITION: object.text,
              CHECK_OPTION: 'NONE',
              IS_UPDATABLE: 'NO',
              INSERTABLE_INTO: 'NO',
              IS_SECURE: yes(object.secure),
              CREATED: momentCell(object.createdNs),
              LAST_ALTERED: momentCell(object.alteredNs),
              COMMENT: object.comment ?? null,
            },
          ],
    ),
};

/** https://docs.snowflake.com/en/sql-reference/info-schema/table_constraints */
export const CONSTRAINTS_VIEW: InformationView = {
  columns: {
    CONSTRAINT_CATALOG: TEXT_CELL,
    CONSTRAINT_SCHEMA: TEXT_CELL,
    CONSTRAINT_NAME: TEXT_CELL,
    TABLE_CATALOG: TEXT_CELL,
    TABLE_SCHEMA: TEXT_CELL,
    TABLE_NAME: TEXT_CELL,
    CONSTRAINT_TYPE: TEXT_CELL,
    IS_DEFERRABLE: TEXT_CELL,
    INITIALLY_DEFERRED: TEXT_CELL,
    ENFORCED: TEXT_CELL,
    COMMENT: TEXT_CELL,
    CREATED: MOMENT_CELL,
    LAST_ALTERED: MOMENT_CELL,
    RELY: TEXT_CELL,
  },
  rows: (database, session) =>
    listObjects(session, database).flatMap((object) =>
      object.kind === 'view'
        ? []
        : object.constraints.map((constraint, i) => ({
            CONSTRAINT_CATALOG: object.database,
            CONSTRAINT_SCHEMA: object.schema,
            CONSTRAINT_NAME: constraint.name ?? constraintName(object, i),
            TABLE_CATALOG: object.database,
            TABLE_SCHEMA: object.schema,
            TABLE_NAME: object.name,
            CONSTRAINT_TYPE: constraint.type,
            IS_DEFERRABLE: 'NO',
            INITIALLY_DEFERRED: 'YES',
            ENFORCED: 'NO',
            CREATED: momentCell(object.createdNs),
            LAST_ALTERED: momentCell(object.alteredNs),
            RELY: 'NO',
          })),
    ),
};

/** The name of a constraint that has none of its own. */
export function constraintName(table: CatalogTable, index: number): string {
  return `SYS_CONSTRAINT_${table.physical}_${index + 1}`;
}
