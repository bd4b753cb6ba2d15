import {
  decidePlan,
  describeTogether,
  isSnowmeltError,
  longSteps,
  pinNow,
  tagContext,
  type ChunkPlan,
  type DecideContext,
  type Decision,
  type Finding,
  type Guards,
  type NextStep,
  type ReadCost,
  type RunSummary,
  type SnowmeltError,
  type Source,
  type SourcePolicy,
  type TableJob,
  type TableKey,
  type TablePiece,
  type TablePlan,
  type TableSchema,
  type Target,
  type WorkContext,
} from '@snowmelt/core';

/** No run has this name: what is planned under it leaves nothing behind. */
const noRun = 'plan';

export interface PlannedTable {
  readonly job: TableJob;
  /** Absent: no earlier run has left anything of it. */
  readonly next?: NextStep;
  readonly decision?: Decision;
  readonly chunks?: ChunkCount;
  readonly cost?: ReadCost;
  /** Of the existing table. Absent: the target can't tell. */
  readonly pieces?: readonly TablePiece[];
  readonly policies?: Policies;
  /** Of new columns, by their name. */
  readonly newTypes?: ReadonlyMap<string, string>;
  readonly error?: SnowmeltError;
}

/** On the source, as far as the role may see them; or why it can't be told. */
export type Policies = readonly SourcePolicy[] | { readonly unknown: string };

export interface ChunkCount {
  readonly load: number;
  /** Pieces that are unloaded, or queried, first; each becomes load chunks by its size. */
  readonly extract: number;
}

export interface PlanUsing {
  readonly source: Source;
  readonly target: Target;
  readonly context: WorkContext;
  /** Also what costs queries of the source: chunks and policies. */
  readonly whole: boolean;
  readonly next?: ReadonlyMap<TableKey, NextStep>;
  /** Seconds that a process has, where it has not all the time in the world. */
  readonly deadline?: number;
  /** Runs of before, which tell what fits into it. */
  readonly earlier?: readonly RunSummary[];
}

/** What a run would do with each table, without changing anything. An expected failure is kept. */
export async function planTables(
  jobs: readonly TableJob[],
  using: PlanUsing,
): Promise<readonly PlannedTable[]> {
  const { at } = await pinNow(using.source, using.context);
  const refs = jobs.map((job) => job.source);
  const describeSource = describeTogether(using.source, refs, using.context);
  const planned: PlannedTable[] = [];
  for (const job of jobs) {
    planned.push(await planTable(job, { ...using, jobs, snapshotAt: at, describeSource }));
  }
  return using.whole ? await withPolicies(planned, using) : planned;
}

async function planTable(
  job: TableJob,
  using: PlanUsing & Pick<DecideContext, 'jobs' | 'snapshotAt' | 'describeSource'>,
): Promise<PlannedTable> {
  const { context } = using;
  const next = using.next?.get(job.key);
  const known = next === undefined ? { job } : { job, next };
  try {
    const decision = withDeadline(await decidePlan(job, { ...using, run: noRun }), job, using);
    if (!using.whole) return { ...known, decision };
    const tagged = { ...using, context: tagContext(job, context) };
    return {
      ...known,
      ...(await ifItStands(next, decision, tagged)),
      decision,
      ...(await countChunks(job, decision.plan, tagged)),
      ...(await foresight(decision, tagged)),
    };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isSnowmeltError(error)) throw error;
    return { ...known, error: error.at({ table: job.key }) };
  }
}

/** What a run has completed, and people have emptied since, its resume loads again. */
async function ifItStands(
  next: NextStep | undefined,
  { plan }: Decision,
  { target: { standing }, context }: PlanUsing,
): Promise<Pick<PlannedTable, 'next'>> {
  if (next?.does !== 'done' || standing === undefined) return {};
  if (await standing.stands({ ...plan, run: next.run }, context)) return {};
  const because = 'it was emptied or made anew since that run has completed it';
  return { next: { ...next, does: 'replan', because } };
}

function withDeadline(
  decision: Decision,
  { verify }: TableJob,
  { deadline: seconds, earlier = [] }: PlanUsing,
): Decision {
  if (seconds === undefined) return decision;
  const late = longSteps(decision.plan, { seconds, verify, earlier });
  return { ...decision, findings: [...decision.findings, ...late] };
}

async function countChunks(
  { verify }: TableJob,
  plan: TablePlan,
  { source, context }: PlanUsing,
): Promise<Pick<PlannedTable, 'chunks' | 'cost'>> {
  const chunks = await Array.fromAsync(source.plan(plan, context));
  const count = (kind: ChunkPlan['kind']) => chunks.filter((chunk) => chunk.kind === kind).length;
  const cost = source.costs?.cost(plan, chunks, verify === 'digest');
  return {
    chunks: { load: count('load'), extract: count('extract') },
    ...(cost === undefined ? {} : { cost }),
  };
}

async function foresight(
  { plan, existing }: Decision,
  { target: { foresees }, context }: PlanUsing,
): Promise<Pick<PlannedTable, 'pieces' | 'newTypes'>> {
  if (foresees === undefined) return {};
  const types = plan.columns.flatMap((pair): [string, string][] => {
    const type = foresees.newType(pair);
    return type === undefined ? [] : [[pair.target, type]];
  });
  const pieces = existing === undefined ? [] : await foresees.pieces(plan, context);
  return { pieces, newTypes: new Map(types) };
}

async function withPolicies(
  planned: readonly PlannedTable[],
  { source: { guards }, context }: PlanUsing,
): Promise<readonly PlannedTable[]> {
  if (guards === undefined) return planned;
  const schemas = planned.flatMap(({ decision }) => decision?.sourceSchema ?? []);
  const found = await policiesOf(guards, schemas, context);
  const byTable = new Map(schemas.map((schema, at) => [schema, found[at]]));
  return planned.map((table) => {
    const policies = table.decision && byTable.get(table.decision.sourceSchema);
    return policies === undefined ? table : { ...table, policies };
  });
}

/** Of all tables in a few statements. One that can't be asked for is no reason to plan nothing. */
async function policiesOf(
  guards: Guards,
  schemas: readonly TableSchema[],
  context: WorkContext,
): Promise<readonly Policies[]> {
  try {
    return await guards.policies(schemas, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isSnowmeltError(error)) throw error;
    if (schemas.length === 1) return [{ unknown: error.message }];
  }
  const one = (schema: TableSchema) => policiesOf(guards, [schema], context);
  return (await Promise.all(schemas.map(one))).flat();
}

export function findingsOf(table: PlannedTable): readonly Finding[] {
  return table.decision?.findings ?? [];
}

/** A run would refuse the table. */
export function isRefused(table: PlannedTable): boolean {
  const refused = findingsOf(table).some(({ severity }) => severity === 'error');
  return table.error !== undefined || refused;
}
