import type { CatalogTable, CatalogView } from '../catalog/catalog-objects.ts';
import type { CatalogSession } from '../catalog/catalog-session.ts';
import type { TableVariant } from '../sql/syntax/statement.ts';
import { byteCount, rowCount } from './list-objects.ts';
import { scoped, type Shown } from './show-scope.ts';
import { clusteringKey } from './view-tables.ts';
import {
  type Cell,
  MOMENT_CELL,
  momentCell,
  NUMBER_CELL,
  TEXT_CELL,
  type VirtualColumns,
} from './virtual-relation.ts';

type Row = Readonly<Record<string, Cell>>;

const flag = (value: boolean): string => (value ? 'Y' : 'N');

function place(object: CatalogTable | CatalogView): Row {
  return {
    created_on: momentCell(object.createdNs),
    name: object.name,
    database_name: object.database,
    schema_name: object.schema,
    owner: object.owner,
    comment: object.comment ?? '',
    owner_role_type: object.owner === '' ? '' : 'ROLE',
  };
}

const PLACE = {
  created_on: MOMENT_CELL,
  name: TEXT_CELL,
  database_name: TEXT_CELL,
  schema_name: TEXT_CELL,
} satisfies VirtualColumns;

/** https://docs.snowflake.com/en/sql-reference/sql/show-tables; order as mlorek/frostlake has measured it. */
export const TABLES: Shown = {
  name: 'name',
  columns: {
    ...PLACE,
    kind: TEXT_CELL,
    comment: TEXT_CELL,
    cluster_by: TEXT_CELL,
    rows: NUMBER_CELL,
    bytes: NUMBER_CELL,
    owner: TEXT_CELL,
    retention_time: TEXT_CELL,
    automatic_clustering: TEXT_CELL,
    change_tracking: TEXT_CELL,
    search_optimization: TEXT_CELL,
    search_optimization_progress: TEXT_CELL,
    search_optimization_bytes: TEXT_CELL,
    is_external: TEXT_CELL,
    enable_schema_evolution: TEXT_CELL,
    owner_role_type: TEXT_CELL,
    is_event: TEXT_CELL,
    is_hybrid: TEXT_CELL,
    is_iceberg: TEXT_CELL,
    is_dynamic: TEXT_CELL,
    is_immutable: TEXT_CELL,
    is_interactive: TEXT_CELL,
    row_timestamp: TEXT_CELL,
    error_logging: TEXT_CELL,
  },
  rows: (show, session) =>
    scoped(show, session).flatMap((object) =>
      object.kind === 'view' ? [] : [tableRow(object, session)],
    ),
};

function tableRow(table: CatalogTable, session: CatalogSession): Row {
  return {
    ...place(table),
    kind: tableKind(table),
    cluster_by: clusteringKey(table) ?? '',
    rows: rowCount(table, session),
    bytes: byteCount(table, session),
    retention_time: String(session.shared.catalog.retentionDays(table)),
    automatic_clustering: table.clusterBy === undefined ? 'OFF' : 'ON',
    change_tracking: table.changeTracking ? 'ON' : 'OFF',
    search_optimization: 'OFF',
    is_external: flag(table.variant === 'external'),
    enable_schema_evolution: 'N',
    is_event: 'N',
    is_hybrid: flag(table.variant === 'hybrid'),
    is_iceberg: flag(table.variant === 'iceberg'),
    is_dynamic: flag(table.variant === 'dynamic'),
    is_immutable: 'N',
    is_interactive: 'N',
    row_timestamp: 'OFF',
    error_logging: 'OFF',
  };
}

function tableKind(table: CatalogTable): string {
  if (table.temporary) return 'TEMPORARY';
  return table.transient ? 'TRANSIENT' : 'TABLE';
}

/** Tables and views; transient tables are a TABLE here. https://docs.snowflake.com/en/sql-reference/sql/show-objects */
export const OBJECTS: Shown = {
  name: 'name',
  columns: {
    ...PLACE,
    kind: TEXT_CELL,
    comment: TEXT_CELL,
    cluster_by: TEXT_CELL,
    rows: NUMBER_CELL,
    bytes: NUMBER_CELL,
    owner: TEXT_CELL,
    retention_time: TEXT_CELL,
    owner_role_type: TEXT_CELL,
    is_hybrid: TEXT_CELL,
    is_dynamic: TEXT_CELL,
    is_iceberg: TEXT_CELL,
    is_interactive: TEXT_CELL,
  },
  rows: (show, session) =>
    scoped(show, session).map((object) => {
      if (object.kind === 'view') return { ...place(object), ...viewObject(object) };
      const row = tableRow(object, session);
      return row['kind'] === 'TRANSIENT' ? { ...row, kind: 'TABLE' } : row;
    }),
};

function viewObject(view: CatalogView): Row {
  return {
    kind: view.materialized === true ? 'MATERIALIZED_VIEW' : 'VIEW',
    cluster_by: '',
    retention_time: '1',
    is_hybrid: 'N',
    is_dynamic: 'N',
    is_iceberg: 'N',
    is_interactive: 'N',
  };
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
  rows: (show, session) => viewsOf(scoped(show, session)),
  terseKind: (row) => (row['is_materialized'] === 'true' ? 'MATERIALIZED_VIEW' : 'VIEW'),
};

function viewsOf(objects: readonly (CatalogTable | CatalogView)[]): Row[] {
  return objects.flatMap((view) =>
    view.kind === 'table'
      ? []
      : [
          {
            ...place(view),
            reserved: '',
            text: view.text,
            is_secure: String(view.secure),
            is_materialized: String(view.materialized === true),
            change_tracking: 'OFF',
          },
        ],
  );
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-materialized-views */
export const MATERIALIZED_VIEWS: Shown = {
  name: 'name',
  columns: {
    ...PLACE,
    owner: TEXT_CELL,
    comment: TEXT_CELL,
    text: TEXT_CELL,
    is_secure: TEXT_CELL,
  },
  terse: 'whole',
  rows: (show, session) =>
    viewsOf(
      scoped(show, session).filter((view) => view.kind === 'view' && view.materialized === true),
    ),
};

/** SHOW DYNAMIC, HYBRID, ICEBERG and EXTERNAL TABLES: the documented columns that the catalog knows. */
export function variantTables(variant: TableVariant, columns: VirtualColumns): Shown {
  return {
    name: 'name',
    columns,
    terse: 'whole',
    rows: (show, session) =>
      scoped(show, session).flatMap((table) =>
        table.kind === 'table' && table.variant === variant
          ? [{ ...tableRow(table, session), ...dynamicCells(table) }]
          : [],
      ),
  };
}

function dynamicCells({ dynamic }: CatalogTable): Row {
  if (dynamic === undefined) return {};
  return {
    target_lag: dynamic.targetLag,
    refresh_mode: dynamic.refreshMode === 'AUTO' ? 'FULL' : dynamic.refreshMode,
    configured_refresh_mode: dynamic.refreshMode,
    warehouse: dynamic.warehouse,
    text: dynamic.text,
    scheduling_state: dynamic.state,
    data_timestamp: momentCell(dynamic.refreshedNs),
    is_clone: 'false',
    is_replica: 'false',
    is_iceberg: 'false',
  };
}

const text = (...names: readonly string[]): VirtualColumns =>
  Object.fromEntries(names.map((name) => [name, TEXT_CELL]));

/** Order as mlorek/frostlake has measured it (ddl-show-modifier-matrix). */
export const DYNAMIC_COLUMNS: VirtualColumns = {
  ...PLACE,
  cluster_by: TEXT_CELL,
  rows: NUMBER_CELL,
  bytes: NUMBER_CELL,
  ...text('owner', 'target_lag', 'refresh_mode', 'refresh_mode_reason', 'warehouse', 'comment'),
  ...text('text', 'automatic_clustering', 'scheduling_state'),
  last_suspended_on: MOMENT_CELL,
  ...text('is_clone', 'is_replica', 'is_iceberg'),
  data_timestamp: MOMENT_CELL,
  ...text('owner_role_type', 'execute_as_user', 'secondary_role_names', 'insert_only_inputs'),
  ...text('immutable_where', 'initialization_warehouse', 'backfill_from', 'scheduler'),
  ...text('frozen_where', 'configured_refresh_mode'),
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-hybrid-tables */
export const HYBRID_COLUMNS: VirtualColumns = {
  ...PLACE,
  owner: TEXT_CELL,
  rows: NUMBER_CELL,
  bytes: NUMBER_CELL,
  ...text('comment', 'owner_role_type'),
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-iceberg-tables, as far as the catalog knows them. */
export const ICEBERG_COLUMNS: VirtualColumns = {
  ...PLACE,
  ...text('owner', 'external_volume_name', 'catalog_name', 'iceberg_table_type'),
  ...text('catalog_table_name', 'catalog_namespace', 'base_location', 'can_write_metadata'),
  ...text('comment', 'owner_role_type'),
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-external-tables, as far as the catalog knows them. */
export const EXTERNAL_COLUMNS: VirtualColumns = {
  ...PLACE,
  ...text('invalid', 'invalid_reason', 'owner', 'comment', 'stage', 'location'),
  ...text('file_format_name', 'file_format_type', 'cloud', 'region', 'notification_channel'),
  last_refreshed_on: MOMENT_CELL,
  ...text('table_format', 'last_refresh_details', 'owner_role_type'),
};
