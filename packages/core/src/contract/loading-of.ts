import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { deleteMissingOf } from './plan-parts.ts';
import type { TablePlan } from './table-plan.ts';
import type { Loading, Target } from './target.ts';

/** Loads plans of any mode, each by the part of the target that knows it. */
export function loadingOf(target: Target): Loading<TablePlan> {
  return {
    check: async (plan, ...rest) => partFor(target, plan).check(plan, ...rest),
    prepare: async (plan, context) => partFor(target, plan).prepare(plan, context),
    load: async (plan, ...rest) => partFor(target, plan).load(plan, ...rest),
    publish: async (plan, context) => partFor(target, plan).publish(plan, context),
    restart: async (plan, ...rest) => partFor(target, plan).restart(plan, ...rest),
  };
}

/** The one place where a mode leads to a capability. */
function partFor(target: Target, plan: TablePlan): Loading<TablePlan> {
  const merging = deleteMissingOf(plan) === undefined ? target.merges : target.deletesMissing;
  const part = {
    append: target,
    truncate: target,
    swap: target.swaps,
    upsert: merging,
    'insert-only': merging,
    changes: target.changes,
  }[plan.mode];
  if (part !== undefined) return part;
  throw new SnowmeltError('CONFIG.UNSUPPORTED', `this target has no ${plan.mode}`, {
    place: { run: plan.run, table: plan.key },
  });
}
