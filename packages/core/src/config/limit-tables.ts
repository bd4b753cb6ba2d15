import type { TableJob } from '../contract/table-job.ts';
import { tableHash } from './table-hash.ts';

/**
 * The same tables for a first try (`run --limit`): so many rows of each at most, whichever come first,
 * are added to an empty table, whatever its mode. Their key stays, since a table that is created has it
 * for its primary key; what rests on all rows, or on those of before, has no place in a try.
 */
export function limitTables(jobs: readonly TableJob[], limit: number): TableJob[] {
  return jobs.map((job) => {
    const { watermark: _newer, deleteMissing: _missing, changes: _feed, ...rest } = job;
    const { rebuildIndexes: _indexes, hash: _whole, firstLoadBatchRows: _batch, ...kept } = rest;
    // Any rows will do: sorted, all of them would be read to find so many.
    const read = { ...job.read, limit, sortColumns: [] };
    const limited = { ...kept, mode: 'append', read, emptiesOthers: false } as const;
    return { ...limited, hash: tableHash(limited) };
  });
}
