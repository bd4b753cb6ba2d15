import { tableColumns, type ScanPlan } from './scan-table.ts';
import type { Compiler } from '../typed/typed.ts';
import { BOOLEAN, textType } from '../sql-type.ts';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { madeUntil, visibleRows, type Snapshot } from '../../catalog/transaction-log.ts';
import type { Changes, Expr, TableRef, Travel } from '../syntax/tree.ts';
import { SqlError } from '../../engine/contract.ts';
import { compilationError, unsupported } from '../unsupported.ts';

/**
 * CHANGES: the net difference of two snapshots, by the rows' hidden id. An update is a DELETE and an
 * INSERT. https://docs.snowflake.com/en/sql-reference/constructs/changes
 */
export function scanChanges(ref: TableRef, changes: Changes, compiler: Compiler): ScanPlan {
  const { env } = compiler;
  const table = env.find(ref.parts);
  if (table.kind === 'view') throw unsupported('CHANGES on a view');
  const start = env.snapshot(changes.from);
  const end = env.snapshot(changes.end);
  if (table.variant === 'hybrid' || table.variant === 'external')
    throw unsupported(`CHANGES on a ${table.variant} table`);
  checkConstant(changes.from, 'AT');
  if (changes.end !== undefined) checkConstant(changes.end, 'END');
  if (!table.changeTracking) throw notTracked(table);
  env.checkTravel(table, changes.from);
  if (changes.end !== undefined) env.checkTravel(table, changes.end);
  if ((table.trackedNs ?? 0n) > start.ns) throw notTracked(table);
  const sql =
    changes.information === 'DEFAULT' ? net(table, start, end) : appended(table, start, end);
  return {
    sql,
    columns: [
      ...tableColumns(table),
      { name: 'METADATA$ACTION', type: textType(10), nullable: false, physical: 'm_action' },
      { name: 'METADATA$ISUPDATE', type: BOOLEAN, nullable: false, physical: 'm_update' },
      { name: 'METADATA$ROW_ID', type: textType(40), nullable: false, physical: 'm_row' },
    ],
    qualifier: [table.database, table.schema, table.name],
  };
}

const VOLATILE = /^(?:CURRENT_|LOCALTIME|SYSDATE|GETDATE|SYSTIMESTAMP|RANDOM|UUID_STRING)/;

/** Source: mlorek/frostlake, ChangeTrackingTest#aChangesPointMustBeConstant (measured on an account). */
function checkConstant({ by, value }: Travel, place: string): void {
  if (by !== 'TIMESTAMP' || isConstant(value)) return;
  throw compilationError(
    `argument TIMESTAMP to function ${place} needs to be constant`,
    '001015',
    '22023',
  );
}

function isConstant(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return true;
  const expr = node as Expr;
  if (expr.kind === 'subquery' || (expr.kind === 'call' && VOLATILE.test(expr.name))) return false;
  return Object.values(node).every(isConstant);
}

/** Source: docs.snowflake.com/en/user-guide/dynamic-tables, "Error: change tracking not enabled". */
function notTracked(table: CatalogTable): SqlError {
  return new SqlError(
    '091930',
    '2F003',
    `SQL compilation error:\nChange tracking is not enabled or has been missing for the time range requested on table '${table.database}.${table.schema}.${table.name}'.`,
  );
}

const metadata = (action: string, isUpdate: string): string =>
  `'${action}' AS m_action, ${isUpdate} AS m_update, md5(CAST(rid AS VARCHAR)) AS m_row`;

/** A row whose version differs between the snapshots; gone from both sides if it is the same one. */
function net(table: CatalogTable, start: Snapshot, end: Snapshot): string {
  const list = table.columns.map((column) => `"${column.physical}"`).join(', ');
  const [old, now] = [visibleRows(start), visibleRows(end)];
  const name = table.physical;
  const side = (own: string, other: string, action: string): string => `
    SELECT ${list}, ${metadata(action, `EXISTS (SELECT 1 FROM ${name} o WHERE o.rid = s.rid AND ${other})`)}
    FROM (SELECT * FROM ${name} WHERE ${own}) s
    WHERE NOT EXISTS (SELECT 1 FROM ${name} o WHERE o.rid = s.rid AND o.vf = s.vf AND ${other})`;
  return `${side(now, old, 'INSERT')} UNION ALL ${side(old, now, 'DELETE')}`;
}

/** Rows inserted since the start, whatever became of them later. */
function appended(table: CatalogTable, start: Snapshot, end: Snapshot): string {
  const list = table.columns.map((column) => `"${column.physical}"`).join(', ');
  const name = table.physical;
  const isNew = `NOT EXISTS (SELECT 1 FROM ${name} o WHERE o.rid = s.rid AND o.vf < s.vf)`;
  const before = start.except.length === 0 ? '' : ` OR vf IN (${start.except.join(', ')})`;
  return `SELECT ${list}, ${metadata('INSERT', 'false')} FROM ${name} s WHERE (vf > ${start.upTo}${before}) AND ${madeUntil(end)} AND ${isNew}`;
}
