import type { ColumnSchema, ListedTable, TableSchema } from '@snowmelt/core';

import { formatBytes, formatRows } from '../show/quantities.ts';

/** How a table is best moved, by what the catalog says of it. */
export interface Proposal {
  /** Keys of the table in the configuration. */
  readonly keys: Readonly<Record<string, unknown>>;
  readonly why: string;
}

/** More than this is much to read at each run. */
const manyRows = 20_000_000;
const manyBytes = 5e9;
/** Fewer rows are one chunk or a few, whatever they are cut by. */
const worthCutting = 1_000_000;

/** What is right without knowing more: exact whatever happens at the source, and never half a table. */
export const fullRefresh = { truncate_onstart: true, refresh: 'swap' } as const;

export function proposeTable(table: TableSchema, listed: ListedTable): Proposal {
  const way = wayOf(table, listed);
  const cut = chunkColumn(table);
  if (cut === undefined) return way;
  return {
    keys: { ...way.keys, chunking_columns: [cut.name] },
    why: `${way.why}; cut by ${cut.name}, which it is clustered by, so that a chunk reads its own part`,
  };
}

function wayOf(table: TableSchema, listed: ListedTable): Proposal {
  const { primaryKey, kind } = table;
  const size = sizeOf(table);
  if (kind === 'view') {
    return { keys: fullRefresh, why: 'a view: all its rows are replaced at each run' };
  }
  const keyed = { uniqueness_columns: primaryKey };
  const key = primaryKey.join(', ');
  if (primaryKey.length > 0 && listed.recordsChanges === true) {
    return {
      keys: { changes: 'cdc', ...keyed },
      why: `its changes are recorded and ${key} is its primary key: after the first load only what has changed is read, deletes too`,
    };
  }
  if (!isLarge(table)) {
    return { keys: fullRefresh, why: `${size}: all rows are replaced at each run` };
  }
  const watermark = table.columns.find(isWatermark);
  if (primaryKey.length > 0 && watermark !== undefined) {
    const column = watermark.name;
    return {
      keys: { ...keyed, source_watermark: column, target_watermark: targetColumn(column) },
      why: `${size}: rows with a newer ${column} are merged by ${key}; a row that is deleted, or changes without it, is not seen: delete_missing, or changes: cdc, sees that`,
    };
  }
  const lacks = primaryKey.length === 0 ? 'a primary key' : 'a time of its last change';
  return {
    keys: fullRefresh,
    why: `${size}: large, but without ${lacks}, so that all rows are replaced at each run`,
  };
}

function isLarge({ estimatedRows = 0, estimatedBytes = 0 }: TableSchema): boolean {
  return estimatedRows >= manyRows || estimatedBytes >= manyBytes;
}

function sizeOf({ estimatedRows, estimatedBytes }: TableSchema): string {
  const rows = estimatedRows === undefined ? 'size unknown' : `${formatRows(estimatedRows)} rows`;
  return estimatedBytes === undefined ? rows : `${rows}, ${formatBytes(estimatedBytes)}`;
}

const changeWords =
  /^(?:.*_)?(?:updated|modified|changed|last_?(?:updated?|modified|changed?))(?:_?(?:at|on|ts|time|date|timestamp|datetime))?$/iu;

/** By its name: nothing in a catalog says that a time moves with each change. */
function isWatermark({ name, type, nullable }: ColumnSchema): boolean {
  return type.kind === 'timestamp' && !nullable && changeWords.test(name);
}

function chunkColumn({
  clusterKey,
  columns,
  estimatedRows = 0,
}: TableSchema): ColumnSchema | undefined {
  const leading = columns.find(({ name }) => name === clusterKey?.[0]);
  if (leading === undefined || estimatedRows < worthCutting) return undefined;
  return ['decimal', 'date', 'timestamp'].includes(leading.type.kind) ? leading : undefined;
}

/** As a new table in PostgreSQL has it. */
function targetColumn(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/u.test(name) ? name.toLowerCase() : name;
}
