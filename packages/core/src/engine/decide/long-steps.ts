import type { Finding } from '../../contract/finding.ts';
import { modeTraits } from '../../contract/mode-traits.ts';
import type { RunSummary, TableSummary } from '../../contract/run-summary.ts';
import type { VerifyMode } from '../../contract/table-job.ts';
import type { TablePlan } from '../../contract/table-plan.ts';

export interface StepLimit {
  /** Seconds that a process has, as an invocation of a function. */
  readonly seconds: number;
  readonly verify: VerifyMode;
  /** Runs of before, as the status store has them. Absent: none are known. */
  readonly earlier?: readonly RunSummary[];
}

/** So many runs, the newest ones, say how fast a table goes. */
export const runsToMeasure = 20;

/**
 * What one session of PostgreSQL reads, sorts and writes in a second, at least, on a small server: a guess
 * on the safe side, since what it leads to is a warning. For where nothing is measured.
 */
const guessed = { bytesPerSecond: 25_000_000, by: 'by a guess of 25 MB/s' } as const;

/** Of a smaller load the time went into what does not grow with it. */
const leastMeasured = 32 * 1024 * 1024;

/** Canonical CSV against what the source's catalog says, where values are compressed. */
const unpacked = 4;
/** Of a value, where the catalog says nothing of bytes. */
const bytesOfValue = 10;

/**
 * Steps of a table that belong together and that PostgreSQL takes longer for, by the table's size, than a
 * process has. Empty where the size is not known: a view says nothing of it.
 */
export function longSteps(
  plan: TablePlan,
  { seconds, verify, earlier = [] }: StepLimit,
): readonly Finding[] {
  const bytes = sizeOf(plan);
  const { schema, name } = plan.target;
  const { bytesPerSecond, by } = measuredRate(plan, earlier) ?? guessed;
  return stepsOf(plan, verify).flatMap(({ step, passes }) => {
    const takes = Math.round((bytes * passes) / bytesPerSecond);
    if (takes <= seconds) return [];
    return {
      code: 'RUN.STEP_TOO_LONG',
      severity: 'warning',
      message: `${step} of ${schema}.${name} may take ${takes} s in PostgreSQL, ${by}, and ${seconds} s are there`,
      fix: 'Run this table where a process may stay longer (snowmelt run --table); or see that the first run ends: it tells by name what was too long, and the command that goes on.',
    } satisfies Finding;
  });
}

/**
 * The best that an earlier run has done with the table from its beginning to its end, which each of its
 * steps has done at least.
 */
function measuredRate({ key, target }: TablePlan, earlier: readonly RunSummary[]) {
  const rates = earlier
    .flatMap(({ tables }) => tables)
    .filter((table) => table.key === key && table.target.name === target.name)
    .flatMap(rateOf);
  if (rates.length === 0) return undefined;
  const bytesPerSecond = Math.max(...rates);
  const told = (bytesPerSecond / 1e6).toPrecision(2);
  return { bytesPerSecond, by: `by the ${told} MB/s that earlier runs of it have measured` };
}

function rateOf({ status, bytes, startedAt, completedAt }: TableSummary): number[] {
  if (status !== 'completed' || bytes < leastMeasured) return [];
  if (startedAt === undefined || completedAt === undefined || completedAt <= startedAt) return [];
  return [(bytes * 1000) / (completedAt.getTime() - startedAt.getTime())];
}

function sizeOf({ estimatedBytes, estimatedRows, columns }: TablePlan): number {
  if (estimatedBytes !== undefined) return estimatedBytes * unpacked;
  return (estimatedRows ?? 0) * columns.length * bytesOfValue;
}

interface Step {
  readonly step: string;
  /** How often all of the rows are gone through. */
  readonly passes: number;
}

function stepsOf(plan: TablePlan, verify: VerifyMode): readonly Step[] {
  const { gathers, replacesAll } = modeTraits[plan.mode];
  return [
    ...(gathers && replacesAll ? [{ step: 'the swap', passes: 2 }] : []),
    ...('rebuildIndexes' in plan && plan.rebuildIndexes
      ? [{ step: 'each index that is rebuilt', passes: 1 }]
      : []),
    ...('deleteMissing' in plan && plan.deleteMissing !== undefined
      ? [{ step: 'delete_missing', passes: 1 }]
      : []),
    ...(verify === 'digest' ? [{ step: 'the digest', passes: 1 }] : []),
  ];
}
