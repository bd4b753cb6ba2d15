import type { Shown } from './show-objects.ts';
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

export const NOTHING: Readonly<Record<string, Shown>> = Object.fromEntries(
  Object.entries(LAYOUTS).map(([what, names]) => [
    what,
    { name: 'name', columns: columnsOf(names), terse: 'whole', rows: () => [] } satisfies Shown,
  ]),
);
