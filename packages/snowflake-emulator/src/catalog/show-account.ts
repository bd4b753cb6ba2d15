import { displayName } from './catalog.ts';
import type { Shown } from './show-objects.ts';
import { MOMENT_CELL, TEXT_CELL, momentCell, type VirtualColumns } from './virtual-relation.ts';

const ACCOUNT_COLUMNS: VirtualColumns = {
  created_on: MOMENT_CELL,
  name: TEXT_CELL,
  owner: TEXT_CELL,
  comment: TEXT_CELL,
};

export const ROLES: Shown = {
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

export const WAREHOUSES: Shown = {
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
export const GRANTS: Shown = {
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

/** https://docs.snowflake.com/en/sql-reference/sql/show-shares */
export const SHARES: Shown = {
  name: 'name',
  columns: {
    created_on: MOMENT_CELL,
    kind: TEXT_CELL,
    owner_account: TEXT_CELL,
    name: TEXT_CELL,
    database_name: TEXT_CELL,
    to: TEXT_CELL,
    owner: TEXT_CELL,
    comment: TEXT_CELL,
    listing_global_name: TEXT_CELL,
    secure_objects_only: TEXT_CELL,
  },
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
