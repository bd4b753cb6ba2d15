import type { TableJob } from '../../contract/table-job.ts';
import type {
  AppendPlan,
  ChangeFeed,
  EmptiedTable,
  InsertOnlyPlan,
  PlanBase,
  SwapPlan,
  TruncatePlan,
  UpsertPlan,
} from '../../contract/table-plan.ts';
import type { MergeDecision } from './decide-merge.ts';

export interface ModeParts {
  /** What all plans have, however their rows get into the table. */
  readonly base: PlanBase;
  readonly merge: MergeDecision['parts'];
  readonly emptiedWith: readonly EmptiedTable[];
  /** Of a table that later runs keep by its changes; no mode that merges knows them. */
  readonly changes?: ChangeFeed;
}

/** The plan of a table that is not read by its changes: what its mode adds to what all plans have. */
export function planByMode(
  job: TableJob,
  { base, merge, emptiedWith, changes }: ModeParts,
): AppendPlan | TruncatePlan | SwapPlan | UpsertPlan | InsertOnlyPlan {
  const { watermark, fills, firstLoad } = merge;
  const newer = watermark === undefined ? {} : { watermark };
  const merged = { ...newer, ...(firstLoad === undefined ? {} : { firstLoad }) };
  const indexes = job.rebuildIndexes === true ? { rebuildIndexes: true } : {};
  const whole = { ...base, ...(changes === undefined ? {} : { changes }) };
  switch (job.mode) {
    case 'append':
      return { ...whole, mode: 'append', ...newer, ...indexes };
    case 'truncate':
      return {
        ...whole,
        mode: 'truncate',
        emptiesOthers: job.emptiesOthers,
        emptiedWith,
        ...indexes,
      };
    case 'swap':
      return { ...whole, mode: 'swap' };
    case 'upsert':
      return {
        ...base,
        mode: 'upsert',
        ...merged,
        ...(fills === undefined ? {} : { fills }),
        ...indexes,
      };
    case 'insert-only':
      return { ...base, mode: 'insert-only', ...merged, ...indexes };
    case 'changes':
      throw new RangeError(`${job.key} is read by its changes`);
  }
}
