import type { Loading, TablePlan, WholeTarget } from '@snowmelt/core';

type Part = 'merges' | 'swaps' | 'changes' | 'deletesMissing';
type Loads = Pick<WholeTarget, Part> & Loading<TablePlan>;

/** The target with other methods of loading, in whatever mode: how a test breaks them. */
export function changeLoading<T extends Loads>(target: T, changed: Partial<Loading<TablePlan>>): T {
  return {
    ...target,
    ...changed,
    merges: { ...target.merges, ...changed },
    swaps: { ...target.swaps, ...changed },
    changes: { ...target.changes, ...changed },
    deletesMissing: { ...target.deletesMissing, ...changed },
  };
}
