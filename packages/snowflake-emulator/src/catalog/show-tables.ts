import type { CatalogTable } from './catalog-objects.ts';
import { byteCount, rowCount } from './list-objects.ts';
import type { Shown } from './show-objects.ts';
import { scoped } from './show-scope.ts';
import { clusteringKey } from './view-tables.ts';
import { MOMENT_CELL, NUMBER_CELL, TEXT_CELL, momentCell } from './virtual-relation.ts';

const flag = (value: boolean): string => (value ? 'Y' : 'N');

/** https://docs.snowflake.com/en/sql-reference/sql/show-tables */
export const TABLES: Shown = {
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
export const VIEWS: Shown = {
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
