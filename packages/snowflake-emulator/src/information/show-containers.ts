import type { CatalogDatabase, CatalogSchema } from '../catalog/catalog-objects.ts';
import type { CatalogSession } from '../catalog/catalog-session.ts';
import { OWN_SCHEMA } from './own-views.ts';
import type { Shown } from './show-scope.ts';
import { type Cell, MOMENT_CELL, momentCell, TEXT_CELL } from './virtual-relation.ts';

const flag = (value: boolean): string => (value ? 'Y' : 'N');

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;

/** https://docs.snowflake.com/en/sql-reference/sql/show-databases; order as mlorek/frostlake has measured it. */
export const DATABASES: Shown = {
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
    owner_role_type: TEXT_CELL,
    object_visibility: TEXT_CELL,
    data_quality_monitoring_settings: TEXT_CELL,
    resharing_settings: TEXT_CELL,
  },
  rows: (_show, session) =>
    [...session.shared.catalog.databases.values()].sort(byName).map((database) => ({
      created_on: momentCell(database.createdNs),
      name: database.name,
      is_default: 'N',
      is_current: flag(database.name === session.database),
      origin: originOf(database),
      owner: 'ACCOUNTADMIN',
      comment: database.comment ?? '',
      options: database.transient ? 'TRANSIENT' : '',
      retention_time: String(database.retentionDays ?? 1),
      kind: database.origin === undefined ? 'STANDARD' : 'IMPORTED DATABASE',
      owner_role_type: 'ROLE',
    })),
};

function originOf({ origin }: CatalogDatabase): string {
  return origin === undefined ? '' : `${origin.provider}.${origin.share.name}`;
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-schemas; order as mlorek/frostlake has measured it. */
export const SCHEMAS: Shown = {
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
    owner_role_type: TEXT_CELL,
    classification_profile_database: TEXT_CELL,
    classification_profile_schema: TEXT_CELL,
    classification_profile: TEXT_CELL,
    object_visibility: TEXT_CELL,
    is_nested: TEXT_CELL,
  },
  terseKind: () => null,
  rows: (show, session) => {
    const { catalog } = session.shared;
    const own = show.scope?.type === 'ACCOUNT' ? undefined : session.database;
    const name = show.scope?.name.at(-1) ?? own;
    const databases =
      name === undefined ? [...catalog.databases.values()].sort(byName) : [catalog.database(name)];
    return databases.flatMap((database) =>
      [...database.schemas.values(), informationSchema(database)]
        .sort(byName)
        .map((schema) => schemaRow(schema, database, session)),
    );
  },
};

/** It is there in each database, and nobody's. */
function informationSchema(database: CatalogDatabase): CatalogSchema {
  return {
    name: OWN_SCHEMA,
    database: database.name,
    objects: new Map(),
    dropped: [],
    createdNs: 0n,
    transient: false,
    comment: 'Views describing the contents of schemas in this database',
  };
}

function schemaRow(
  schema: CatalogSchema,
  database: CatalogDatabase,
  session: CatalogSession,
): Readonly<Record<string, Cell>> {
  const isOwn = schema.name === OWN_SCHEMA;
  return {
    created_on: momentCell(schema.createdNs),
    name: schema.name,
    is_default: 'N',
    is_current: flag(schema.name === session.schema && database.name === session.database),
    database_name: database.name,
    owner: isOwn ? '' : 'ACCOUNTADMIN',
    comment: schema.comment ?? '',
    options: schema.transient ? 'TRANSIENT' : '',
    retention_time: String(schema.retentionDays ?? database.retentionDays ?? 1),
    owner_role_type: isOwn ? '' : 'ROLE',
    is_nested: 'false',
  };
}
