import type {
  ChangeFeed,
  ChangeWindow,
  DeleteMissing,
  TablePlan,
  WatermarkPlan,
} from './table-plan.ts';

/*
 * What plans of some modes have, asked of a plan of any: `undefined` where its mode knows no such
 * thing, or the plan has none.
 */

export function watermarkOf(plan: TablePlan): WatermarkPlan | undefined {
  return 'watermark' in plan ? plan.watermark : undefined;
}

/** Of a table that later runs keep by its changes, or this one does. */
export function changesOf(plan: TablePlan): ChangeFeed | undefined {
  return 'changes' in plan ? plan.changes : undefined;
}

/** Of a run that reads changes. */
export function windowOf(plan: TablePlan): ChangeWindow | undefined {
  return plan.mode === 'changes' ? plan.changes : undefined;
}

export function deleteMissingOf(plan: TablePlan): DeleteMissing | undefined {
  return 'deleteMissing' in plan ? plan.deleteMissing : undefined;
}

export function rebuildsIndexes(plan: TablePlan): boolean {
  return 'rebuildIndexes' in plan && plan.rebuildIndexes;
}
