import type { Show } from '../sql/syntax/statement.ts';
import { GRANTS, ROLES, SHARES, WAREHOUSES } from './show-account.ts';
import { COLUMNS } from './show-columns.ts';
import { DATABASES, SCHEMAS } from './show-containers.ts';
import { EXPORTED_KEYS, IMPORTED_KEYS, showKeys } from './show-keys.ts';
import type { Shown } from './show-scope.ts';
import {
  DYNAMIC_COLUMNS,
  EXTERNAL_COLUMNS,
  HYBRID_COLUMNS,
  ICEBERG_COLUMNS,
  MATERIALIZED_VIEWS,
  OBJECTS,
  TABLES,
  variantTables,
  VIEWS,
} from './show-tables.ts';
import { MOMENT_CELL, TEXT_CELL, type VirtualColumns } from './virtual-relation.ts';

/**
 * Lists of what can't be made here, so that there is none of it; the columns are those that
 * mlorek/frostlake has measured (ddl-show-command-layouts, ddl-show-modifier-matrix).
 */
const LAYOUTS: Readonly<Record<string, string>> = {
  SEQUENCES:
    'name database_name schema_name next_value interval created_on owner comment owner_role_type ordered',
  STREAMS:
    'created_on name database_name schema_name owner comment table_name source_type base_tables type stale mode stale_after invalid_reason owner_role_type',
  TAGS: 'created_on name database_name schema_name owner comment allowed_values owner_role_type propagate on_conflict multi_value',
  TASKS:
    'created_on name id database_name schema_name owner comment warehouse schedule predecessors state definition condition allow_overlapping_execution error_integration last_committed_on last_suspended_on owner_role_type config task_relations last_suspended_reason success_integration scheduling_mode target_completion_interval execute_as_user overlap_policy created_by_user',
  PIPES:
    'created_on name database_name schema_name definition owner notification_channel comment integration pattern error_integration owner_role_type invalid_reason kind is_snowflake_managed',
  'MASKING POLICIES': 'created_on name database_name schema_name kind owner comment',
  'ROW ACCESS POLICIES': 'created_on name database_name schema_name kind owner comment',
};

function columnsOf(names: string): VirtualColumns {
  return Object.fromEntries(
    names.split(' ').map((name) => [name, name.endsWith('_on') ? MOMENT_CELL : TEXT_CELL]),
  );
}

const NOTHING: Readonly<Record<string, Shown>> = Object.fromEntries(
  Object.entries(LAYOUTS).map(([what, names]) => [
    what,
    { name: 'name', columns: columnsOf(names), terse: 'whole', rows: () => [] } satisfies Shown,
  ]),
);

export const SHOWN: Readonly<Record<string, Shown>> = {
  TABLES,
  VIEWS,
  OBJECTS,
  DATABASES,
  SCHEMAS,
  ROLES,
  WAREHOUSES,
  GRANTS,
  SHARES,
  COLUMNS,
  'MATERIALIZED VIEWS': MATERIALIZED_VIEWS,
  'DYNAMIC TABLES': variantTables('dynamic', DYNAMIC_COLUMNS),
  'HYBRID TABLES': variantTables('hybrid', HYBRID_COLUMNS),
  'ICEBERG TABLES': variantTables('iceberg', ICEBERG_COLUMNS),
  'EXTERNAL TABLES': variantTables('external', EXTERNAL_COLUMNS),
  'PRIMARY KEYS': showKeys('PRIMARY KEY'),
  'UNIQUE KEYS': showKeys('UNIQUE'),
  'IMPORTED KEYS': IMPORTED_KEYS,
  'EXPORTED KEYS': EXPORTED_KEYS,
  ...NOTHING,
};

/** The columns that a statement shows: all, or those of TERSE. */
export function shownColumns(shown: Shown, show: Show): VirtualColumns {
  const columns = typeof shown.columns === 'function' ? shown.columns(show) : shown.columns;
  if (!show.terse || shown.terse === 'whole') return columns;
  const names = shown.terse ?? ['created_on', 'name', 'kind', 'database_name', 'schema_name'];
  return Object.fromEntries(names.map((name) => [name, columns[name] ?? TEXT_CELL]));
}
