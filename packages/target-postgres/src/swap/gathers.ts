import type { TablePlan } from '@snowmelt/core';

/** Whether chunks are gathered beside the target and put in place by `publish`, all at once. */
export function gathers({ mode }: Pick<TablePlan, 'mode'>): boolean {
  return mode === 'swap' || mode === 'changes';
}

/** What such a load is called, and what to use in its place. */
export function gatheringWords({ mode }: Pick<TablePlan, 'mode'>) {
  return mode === 'changes'
    ? { load: 'a load of changes', instead: 'remove changes: cdc' }
    : { load: 'a swap', instead: 'use refresh: truncate' };
}
