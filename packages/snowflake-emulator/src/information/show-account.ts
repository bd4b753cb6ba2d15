import type { AccountObject } from '../catalog/catalog-objects.ts';
import type { CatalogSession } from '../catalog/catalog-session.ts';
import { displayName } from '../catalog/catalog.ts';
import { unsupported } from '../sql/unsupported.ts';
import type { Shown } from './show-scope.ts';
import {
  MOMENT_CELL,
  momentCell,
  NUMBER_CELL,
  TEXT_CELL,
  type VirtualColumns,
} from './virtual-relation.ts';

const flag = (value: boolean): string => (value ? 'Y' : 'N');

const text = (...names: readonly string[]): VirtualColumns =>
  Object.fromEntries(names.map((name) => [name, TEXT_CELL]));

const ROLE_COMMENTS: Readonly<Record<string, string>> = {
  ACCOUNTADMIN: 'Account administrator can manage all aspects of the account.',
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-roles; order as mlorek/frostlake has measured it. */
export const ROLES: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    ...text('name', 'is_default', 'is_current', 'is_inherited'),
    assigned_to_users: NUMBER_CELL,
    granted_to_roles: NUMBER_CELL,
    granted_roles: NUMBER_CELL,
    ...text('owner', 'comment', 'is_from_organization_user_group'),
  },
  terse: ['name', 'is_default', 'is_current', 'is_inherited', 'is_from_organization_user_group'],
  rows: (_show, { shared, role }) =>
    [...shared.catalog.roles.values()].map(({ name, createdNs }) => ({
      created_on: momentCell(createdNs),
      name,
      is_default: 'N',
      is_current: flag(name === role),
      is_inherited: 'N',
      assigned_to_users: 0,
      granted_to_roles: 0,
      granted_roles: 0,
      owner: '',
      comment: ROLE_COMMENTS[name] ?? '',
      is_from_organization_user_group: 'N',
    })),
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-warehouses; order as mlorek/frostlake has measured it. */
export const WAREHOUSES: Shown = {
  name: 'name',
  columns: {
    ...text('name', 'state', 'type', 'size'),
    min_cluster_count: NUMBER_CELL,
    max_cluster_count: NUMBER_CELL,
    started_clusters: NUMBER_CELL,
    running: NUMBER_CELL,
    queued: NUMBER_CELL,
    ...text('is_default', 'is_current'),
    auto_suspend: NUMBER_CELL,
    ...text('auto_resume', 'available', 'provisioning', 'quiescing', 'other'),
    created_on: MOMENT_CELL,
    resumed_on: MOMENT_CELL,
    updated_on: MOMENT_CELL,
    ...text('owner', 'comment', 'enable_query_acceleration'),
    query_acceleration_max_scale_factor: NUMBER_CELL,
    ...text('resource_monitor', 'actives', 'pendings', 'failed', 'suspended', 'uuid'),
    ...text('scaling_policy', 'owner_role_type', 'resource_constraint', 'generation'),
    ...text('query_throughput_multiplier', 'max_query_performance_level', 'disabled_reasons'),
    ...text('tables'),
  },
  terse: 'whole',
  rows: (_show, session) =>
    [...session.shared.catalog.warehouses.values()].map((each) => warehouseRow(each, session)),
};

const SIZES: Readonly<Record<string, string>> = {
  XSMALL: 'X-Small',
  SMALL: 'Small',
  MEDIUM: 'Medium',
  LARGE: 'Large',
  XLARGE: 'X-Large',
};

/** Each size costs twice the one before: https://docs.snowflake.com/en/user-guide/warehouses-overview */
export function creditsPerHour(warehouse: AccountObject | undefined): number {
  const size = sizeOf(warehouse).replace('-', '');
  const at = Object.keys(SIZES).indexOf(size);
  if (at < 0) throw unsupported(`the credits of a warehouse of size ${size}`);
  return 2 ** at;
}

function sizeOf(warehouse: AccountObject | undefined): string {
  return (warehouse?.properties.get('WAREHOUSE_SIZE') ?? 'XSMALL').toUpperCase();
}

function warehouseRow(one: AccountObject, { warehouse }: CatalogSession) {
  const { name, createdNs, properties, suspended } = one;
  const size = sizeOf(one);
  return {
    name,
    state: suspended === true ? 'SUSPENDED' : 'STARTED',
    type: 'STANDARD',
    size: SIZES[size.replace('-', '')] ?? size,
    min_cluster_count: 1,
    max_cluster_count: 1,
    started_clusters: suspended === true ? 0 : 1,
    running: 0,
    queued: 0,
    is_default: 'N',
    is_current: flag(name === warehouse),
    auto_suspend: Number(properties.get('AUTO_SUSPEND') ?? 600),
    auto_resume: (properties.get('AUTO_RESUME') ?? 'true').toLowerCase(),
    available: suspended === true ? '' : '100',
    provisioning: suspended === true ? '' : '0',
    quiescing: suspended === true ? '' : '0',
    other: suspended === true ? '' : '0',
    created_on: momentCell(createdNs),
    resumed_on: momentCell(createdNs),
    updated_on: momentCell(createdNs),
    owner: 'ACCOUNTADMIN',
    comment: properties.get('COMMENT') ?? '',
    enable_query_acceleration: 'false',
    query_acceleration_max_scale_factor: 8,
    resource_monitor: 'null',
    scaling_policy: 'STANDARD',
    owner_role_type: 'ROLE',
    resource_constraint: 'STANDARD_GEN_2',
    generation: '2',
  };
}

/** Every session may do everything; no grant is kept. */
export const GRANTS: Shown = {
  name: 'name',
  columns: ({ scope }) => ({ created_on: MOMENT_CELL, ...text(...grantColumns(scope?.grants)) }),
  terse: 'whole',
  rows: () => [],
};

/** The four shapes are measured (mlorek/frostlake, ddl-show-command-layouts). */
function grantColumns(grants: 'ON' | 'TO' | 'OF' | undefined): readonly string[] {
  const head = ['privilege', 'granted_on', 'name'];
  const tail = ['granted_to', 'grantee_name', 'grant_option', 'granted_by'];
  if (grants === 'OF') return ['role', 'granted_to', 'grantee_name', 'granted_by'];
  if (grants === 'ON') return [...head, ...tail, 'granted_by_role_type'];
  return grants === 'TO' ? [...head, ...tail] : [...head, 'role', ...tail];
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-shares */
export const SHARES: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    ...text('kind', 'owner_account', 'name', 'database_name', 'to', 'owner', 'comment'),
    ...text('listing_global_name', 'secure_objects_only'),
  },
  terse: 'whole',
  rows: (_show, { shared }) =>
    [...shared.catalog.shares.values()].map((share) => ({
      created_on: momentCell(share.createdNs),
      kind: 'OUTBOUND',
      owner_account: '',
      name: share.name,
      database_name: share.database === undefined ? '' : displayName(share.database.name),
      to: '',
      owner: 'ACCOUNTADMIN',
      comment: share.comment,
      listing_global_name: '',
      secure_objects_only: 'true',
    })),
};
