import type { TablePlan } from '@snowmelt/core';

/** Whether chunks are gathered beside the target and put in place by `publish`, all at once. */
export function gathers({ mode }: Pick<TablePlan, 'mode'>): boolean {
  return mode === 'swap' || mode === 'changes';
}

/** Whether this run, or one that goes on from it, gathers rows and deletes others. */
export function willGather(table: Pick<TablePlan, 'mode' | 'changes'>): boolean {
  return gathers(table) || table.changes !== undefined;
}

/** What such a load is called, and what to use in its place. */
export function gatheringWords({ changes }: Pick<TablePlan, 'changes'>) {
  return changes !== undefined
    ? { load: 'a load of changes', instead: 'remove changes: cdc' }
    : { load: 'a swap', instead: 'use refresh: truncate' };
}
