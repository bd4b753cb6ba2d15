import {
  decidePlan,
  describeTogether,
  isSnowmeltError,
  tagContext,
  type ChunkPlan,
  type DecideContext,
  type Decision,
  type Finding,
  type SnowmeltError,
  type Source,
  type TableJob,
  type TablePlan,
  type Target,
  type WorkContext,
} from '@snowmelt/core';

/** No run has this name: what is planned under it leaves nothing behind. */
const noRun = 'plan';

export interface PlannedTable {
  readonly job: TableJob;
  readonly decision?: Decision;
  readonly chunks?: ChunkCount;
  readonly error?: SnowmeltError;
}

export interface ChunkCount {
  readonly load: number;
  /** Pieces that are unloaded first; each becomes load chunks by its size. */
  readonly extract: number;
}

export interface PlanUsing {
  readonly source: Source;
  readonly target: Target;
  readonly context: WorkContext;
  /** Chunks cost queries. */
  readonly countChunks: boolean;
}

/** What a run would do with each table, without changing anything. An expected failure is kept. */
export async function planTables(
  jobs: readonly TableJob[],
  using: PlanUsing,
): Promise<readonly PlannedTable[]> {
  const { at } = await using.source.pin(using.context);
  const refs = jobs.map((job) => job.source);
  const describeSource = describeTogether(using.source, refs, using.context);
  const planned: PlannedTable[] = [];
  for (const job of jobs) {
    planned.push(await planTable(job, { ...using, jobs, snapshotAt: at, describeSource }));
  }
  return planned;
}

async function planTable(
  job: TableJob,
  using: PlanUsing & Pick<DecideContext, 'jobs' | 'snapshotAt' | 'describeSource'>,
): Promise<PlannedTable> {
  const { context } = using;
  try {
    const decision = await decidePlan(job, { ...using, run: noRun });
    if (!using.countChunks) return { job, decision };
    const tagged = { ...using, context: tagContext(job, context) };
    return { job, decision, chunks: await countChunks(decision.plan, tagged) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isSnowmeltError(error)) throw error;
    return { job, error: error.at({ table: job.key }) };
  }
}

async function countChunks(plan: TablePlan, { source, context }: PlanUsing): Promise<ChunkCount> {
  const counts: Record<ChunkPlan['kind'], number> = { load: 0, extract: 0 };
  for await (const { kind } of source.plan(plan, context)) counts[kind] += 1;
  return counts;
}

export function findingsOf(table: PlannedTable): readonly Finding[] {
  return table.decision?.findings ?? [];
}

/** A run would refuse the table. */
export function isRefused(table: PlannedTable): boolean {
  const refused = findingsOf(table).some(({ severity }) => severity === 'error');
  return table.error !== undefined || refused;
}
