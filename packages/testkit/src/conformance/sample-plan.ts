import type {
  ColumnSchema,
  LogicalType,
  PlanParts as AnyParts,
  ReadOptions,
  TableJob,
  TablePlan,
  TableRef,
} from '@snowmelt/core';

export function sampleColumn(name: string, type: LogicalType, nativeType: string): ColumnSchema {
  return { name, type, nativeType, nullable: true, hasDefault: false, generated: false };
}

/** Columns that every target can hold and every source has. */
export const sampleColumns: readonly ColumnSchema[] = [
  sampleColumn('ID', { kind: 'decimal', precision: 18, scale: 0 }, 'NUMBER(18,0)'),
  sampleColumn('NAME', { kind: 'text' }, 'VARCHAR'),
  sampleColumn('AMOUNT', { kind: 'decimal', precision: 12, scale: 2 }, 'NUMBER(12,2)'),
];

export const sampleRead: ReadOptions = {
  extract: 'auto',
  chunkColumns: [],
  sortColumns: [],
  batchRows: 10,
};

export type PlanParts = Omit<AnyParts, 'columns'> & {
  readonly sourceColumns?: readonly ColumnSchema[];
};

/** A plan with every key filled; target columns are the source's names in lower case. */
export function samplePlan({ sourceColumns = sampleColumns, ...parts }: PlanParts): TablePlan {
  const ref: TableRef = { database: 'SHOP', schema: 'SALES', name: 'ORDERS' };
  return {
    run: 'run-1',
    key: 'shop.orders',
    source: ref,
    target: ref,
    columns: sourceColumns.map((source) => ({ source, target: source.name.toLowerCase() })),
    primaryKey: [],
    snapshot: { pinned: false, reason: 'a plan of the conformance suite' },
    mode: 'append',
    keyColumns: [],
    extract: 'query',
    read: sampleRead,
    emptiesOthers: false,
    ...parts,
  } as TablePlan;
}

/** The configuration of a table that adds its rows. */
export function sampleJob(parts: Partial<TableJob>): TableJob {
  const ref: TableRef = { database: 'SHOP', schema: 'SALES', name: 'ORDERS' };
  return {
    key: 'shop.orders',
    sourceName: 'shop',
    source: ref,
    target: ref,
    mode: 'append',
    uniqueness: [],
    read: sampleRead,
    columns: { exclude: [], mapping: {} },
    parallelThreads: 1,
    maxRetryAttempts: 1,
    schemaEvolution: 'create',
    emptiesOthers: false,
    snapshot: 'auto',
    verify: 'count',
    hash: 'sample',
    notices: [],
    ...parts,
  };
}

/** Rows of `sampleColumns` with ids from `from` up to, not including, `to`. */
export function sampleRows(from: number, to: number): (string | null)[][] {
  return Array.from({ length: to - from }, (_, index) => {
    const id = from + index;
    return [String(id), id % 7 === 0 ? null : `name ${id}`, `${id % 100}.50`];
  });
}

/** The same rows in an order that does not depend on how they came. */
export function sorted(rows: readonly (readonly (string | null)[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
