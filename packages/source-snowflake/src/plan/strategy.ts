import type { TablePlan, WorkContext } from '@snowmelt/core';

import type { NamedRows } from '../result/query-rows.ts';
import type { ChunkKey } from './chunk-keys.ts';
import type { KeyRange } from './key-range.ts';

/** A chunk before it has a number: its rows, and how many there are where that is known. */
export interface PlannedRange {
  readonly range: KeyRange;
  /** A word on the range for people and for the chunk's id: letters, digits and `-`. */
  readonly label: string;
  readonly expectedRows?: number;
}

export interface RangeRequest {
  readonly table: TablePlan;
  /** What the table can be cut by, the coarsest first; empty where there is nothing. */
  readonly keys: readonly ChunkKey[];
  /** Rows that a chunk aims at; `Infinity` for one chunk. */
  readonly chunkRows: number;
  /** Rather larger chunks than more of them. */
  readonly mostChunks: number;
}

/** Asks Snowflake; one statement for a whole plan is the aim. */
export type Ask = (sql: string, context: WorkContext) => Promise<NamedRows>;

/** One way to cut a table. It asks for boundaries first and gives ranges with literals. */
export interface ChunkStrategy {
  readonly name: string;
  /** What a query of its ranges gives is divided into load chunks. Absent: it is one. */
  readonly dividesResult?: boolean;
  ranges(request: RangeRequest, ask: Ask, context: WorkContext): Promise<readonly PlannedRange[]>;
}
