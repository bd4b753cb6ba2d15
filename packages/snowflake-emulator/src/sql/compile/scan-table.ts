import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import { visibleRows, type Snapshot } from '../../catalog/transaction-log.ts';
import { EMPTY_SCOPE, type Compiler, type OutputColumn, type QueryPlan } from '../typed/typed.ts';
import type { TableRef } from '../syntax/tree.ts';

export interface ScanPlan extends QueryPlan {
  readonly qualifier: readonly string[];
}

/** A relation of one row that has no column to name. */
const DUAL: QueryPlan = { sql: 'SELECT 1 AS one', columns: [] };

/** A table, a view or a view of INFORMATION_SCHEMA, at the point in time that the query names. */
export function scanTable(ref: TableRef, compiler: Compiler): ScanPlan {
  const { env } = compiler;
  const virtual = env.informationSchema(ref.parts);
  if (virtual !== undefined) return { ...virtual, qualifier: ref.parts };
  if (ref.parts.join('.') === 'DUAL') return { ...DUAL, qualifier: ref.parts };
  const object = env.find(ref.parts);
  const travel = ref.travel ?? env.inherited?.travel;
  const qualifier = [object.database, object.schema, object.name];
  const snapshot = env.snapshot(travel);
  if (travel !== undefined) env.checkTravel(object, travel);
  if (object.kind === 'view') return { ...scanView(object, travel, compiler), qualifier };
  return { ...scanRows(object, snapshot), qualifier };
}

function scanView(view: CatalogView, travel: TableRef['travel'], compiler: Compiler): QueryPlan {
  const { query, env } = compiler.env.viewQuery(view, travel);
  const plan = compiler.within(env).query(query, EMPTY_SCOPE);
  const columns = plan.columns.map((column, i) => ({
    ...column,
    name: view.columns[i]?.name ?? column.name,
  }));
  return { sql: plan.sql, columns };
}

export function tableColumns(table: CatalogTable): OutputColumn[] {
  return table.columns.map(({ name, type, nullable, physical }) => ({
    name,
    type,
    nullable,
    physical,
  }));
}

/** The rows of a table in a snapshot, under its present columns. */
function scanRows(table: CatalogTable, snapshot: Snapshot): QueryPlan {
  const columns = tableColumns(table);
  const list = columns.map((column) => `"${column.physical}"`).join(', ');
  const sql = `SELECT ${list} FROM ${table.physical} WHERE ${visibleRows(snapshot)}`;
  return { sql, columns };
}
