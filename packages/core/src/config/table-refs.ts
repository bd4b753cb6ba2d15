import type { TableKey } from '../contract/table-plan.ts';
import type { TableRef } from '../contract/table-schema.ts';
import type { SourceConfig } from './schema/source.ts';
import type { TableConfig } from './schema/table.ts';
import { foldedName, storedName } from './stored-name.ts';
import { targetName } from './wildcard.ts';

export function sourceRef(source: SourceConfig, table: TableConfig): TableRef {
  return {
    database: storedName(source.source_sf_database),
    schema: storedName(source.source_sf_schema),
    name: storedName(table.source),
  };
}

/**
 * The source with its names in capitals, as Snowflake reads names without quotes, where that is
 * another one and the names were written without.
 */
export function foldedSourceRef(source: SourceConfig, table: TableConfig): TableRef | undefined {
  const written = sourceRef(source, table);
  const folded = {
    database: foldedName(source.source_sf_database),
    schema: foldedName(source.source_sf_schema),
    name: foldedName(table.source),
  };
  const same = Object.values(folded).join('.') === Object.values(written).join('.');
  return same ? undefined : folded;
}

export function targetRef(source: SourceConfig, table: TableConfig): TableRef {
  return {
    database: storedName(source.target_pg_database),
    schema: storedName(source.target_pg_schema),
    name: targetName(table),
  };
}

export function formatTable(
  source: SourceConfig,
  table: TableConfig,
  side: 'source' | 'target',
): string {
  const { database, schema, name } = (side === 'source' ? sourceRef : targetRef)(source, table);
  return `${database}.${schema}.${name}`;
}

/** `source_name/DB.SCHEMA.TABLE->db.schema.table` */
export function tableKey(source: SourceConfig, table: TableConfig): TableKey {
  const from = formatTable(source, table, 'source');
  return `${source.source_name}/${from}->${formatTable(source, table, 'target')}`;
}
