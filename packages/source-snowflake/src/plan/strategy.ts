import type { ColumnSchema, TablePlan, WorkContext } from '@snowmelt/core';

import type { NamedRow } from '../connect/query-rows.ts';
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
  /** The chunk column, where the table has one that the source knows. */
  readonly key: ColumnSchema | undefined;
  /** Rows that a chunk aims at; `Infinity` for one chunk. */
  readonly chunkRows: number;
}

/** Asks Snowflake; one statement for a whole plan is the aim. */
export type Ask = (sql: string, context: WorkContext) => Promise<readonly NamedRow[]>;

/** One way to cut a table. It asks for boundaries first and gives ranges with literals. */
export interface ChunkStrategy {
  readonly name: string;
  suits(request: RangeRequest): boolean;
  ranges(request: RangeRequest, ask: Ask, context: WorkContext): Promise<readonly PlannedRange[]>;
}
