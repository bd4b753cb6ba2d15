import type { CatalogDatabase } from './catalog-objects.ts';
import type { Shown } from './show-objects.ts';
import { MOMENT_CELL, TEXT_CELL, momentCell } from './virtual-relation.ts';

const flag = (value: boolean): string => (value ? 'Y' : 'N');

/** https://docs.snowflake.com/en/sql-reference/sql/show-databases */
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
  },
  rows: (_show, session) =>
    [...session.shared.catalog.databases.values()].map((database) => ({
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
    })),
};

function originOf({ origin }: CatalogDatabase): string {
  return origin === undefined ? '' : `${origin.provider}.${origin.share.name}`;
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-schemas */
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
