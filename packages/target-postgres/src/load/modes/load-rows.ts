import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import type { Copied } from '../../copy/copy-stream.ts';

/** What a load mode is given: the transaction of the chunk, and its bytes as one COPY. */
export interface LoadRowsRequest {
  readonly session: Session;
  readonly table: TablePlan;
  /** COPYs the chunk's bytes into a table: into the plan's columns, or those named. To be called once. */
  readonly copyInto: (quotedTable: string, fields?: readonly string[]) => Promise<Copied>;
}

/** Puts a chunk's rows into the target. What it counts is what the source has sent. */
export type LoadRows = (request: LoadRowsRequest) => Promise<Copied>;
