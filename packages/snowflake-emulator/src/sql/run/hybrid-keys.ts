import type { DuckDBConnection } from '@duckdb/node-api';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { SqlError } from '../../engine/contract.ts';
import { readValue } from './engine-state.ts';

/**
 * Hybrid tables enforce their keys, as others do not.
 * https://docs.snowflake.com/en/user-guide/tables-hybrid-create: "A primary key already exists."
 */
export async function checkHybridKeys(
  table: CatalogTable,
  connection: DuckDBConnection,
): Promise<void> {
  if (table.variant !== 'hybrid') return;
  for (const { type, columns } of table.constraints) {
    if (type === 'FOREIGN KEY') continue;
    const physical = table.columns.filter((column) => columns.includes(column.name));
    const list = physical.map((column) => `"${column.physical}"`);
    const known = list.map((column) => `${column} IS NOT NULL`).join(' AND ');
    const twice = await readValue(
      connection,
      `SELECT 1 FROM ${table.physical} WHERE vt = ${OPEN_END} AND ${known} GROUP BY ${list.join(', ')} HAVING count(*) > 1 LIMIT 1`,
    );
    if (twice === null) continue;
    const kind = type === 'UNIQUE' ? 'unique' : 'primary';
    throw new SqlError('200001', '22000', `A ${kind} key already exists.`);
  }
}
