import {
  deleteMissingOf,
  type ColumnPair,
  type ColumnSchema,
  type DeleteMissing,
  type Finding,
  type LoadMode,
  type NextStep,
  type ReadCost,
  type SnowmeltError,
  type SourcePrice,
  type TableMatch,
  type TablePiece,
  type TableRef,
  type TableSnapshot,
} from '@snowmelt/core';

import { viewFailure, type FailureView } from '../failure/show-failure.ts';
import {
  estimatePlan,
  nothingEarlier,
  tableSeconds,
  type Earlier,
  type EarlierTable,
  type PlanEstimate,
} from './estimate.ts';
import {
  findingsOf,
  isRefused,
  type ChunkCount,
  type PlannedTable,
  type Policies,
} from './plan-tables.ts';

export interface PlanView {
  /** What wildcards stand for. Absent: there are none. */
  readonly matches?: readonly TableMatch[];
  /** What a run takes at most. */
  readonly connections?: ConnectionsView;
  /** Of all tables. */
  readonly estimate: PlanEstimate;
  readonly tables: readonly TablePlanView[];
}

export interface ConnectionsView {
  /** In all, and by database; one for looks at the others goes to any of them. */
  readonly postgres: number;
  readonly databases: Readonly<Record<string, number>>;
  /** Sessions. */
  readonly snowflake: number;
}

export interface TablePlanView {
  readonly key: string;
  readonly source: TableRef;
  readonly target: TableRef;
  readonly refused: boolean;
  /** What becomes of what an earlier run has left. */
  readonly next?: NextStep;
  readonly mode: LoadMode;
  readonly creates?: boolean;
  readonly extract?: string;
  readonly snapshot?: TableSnapshot;
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
  /** What becomes of rows that the source lacks; absent: they stay. */
  readonly deleteMissing?: DeleteMissing;
  readonly chunks?: ChunkCount;
  /** What reading it asks of Snowflake, beside its description. */
  readonly cost?: ReadCost;
  readonly columns?: readonly ColumnView[];
  /** Columns of the source that have no place in the target, and of the target that the run does not feed. */
  readonly leftOut?: readonly string[];
  readonly unfed?: readonly string[];
  /** What becomes of the existing table's indexes and foreign keys. */
  readonly indexes?: readonly TablePiece[];
  /** On the source, as far as the role may see them. */
  readonly policies?: Policies;
  /** By the rate of `earlier`. Absent: no earlier run has completed the table. */
  readonly seconds?: number;
  readonly earlier?: EarlierTable;
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
  readonly error?: FailureView;
}

export interface ColumnView {
  readonly source: string;
  readonly type: string;
  readonly target: string;
  /** As PostgreSQL spells it, after the run. Absent: the target can't tell. */
  readonly targetType?: string;
  /** The existing table gets it. */
  readonly added?: true;
  /** The type of an extension that a new column gets, or the wider one that an existing one gets. */
  readonly becomes?: string;
}

export function viewPlan(
  planned: readonly PlannedTable[],
  earlier: Earlier = nothingEarlier,
  price?: SourcePrice,
): PlanView {
  const tables = planned.map((table) => viewTable(table, earlier));
  return { estimate: estimatePlan(tables, earlier.beside, price), tables };
}

function viewTable(table: PlannedTable, { tables }: Earlier): TablePlanView {
  const { job, decision, chunks, cost, error, next, pieces, policies } = table;
  return {
    key: job.key,
    source: job.source,
    target: job.target,
    refused: isRefused(table),
    ...(next === undefined ? {} : { next }),
    mode: decision?.plan.mode ?? job.mode,
    ...(decision === undefined ? {} : viewDecision(decision, table)),
    ...(pieces === undefined || decision?.existing === undefined ? {} : { indexes: pieces }),
    ...(policies === undefined ? {} : { policies }),
    ...timeOf(tables.get(job.key), decision?.plan.estimatedRows),
    ...(chunks === undefined ? {} : { chunks }),
    ...(cost === undefined ? {} : { cost }),
    findings: findingsOf(table),
    notices: decision?.notices ?? job.notices,
    ...viewError(error),
  };
}

function timeOf(earlier: EarlierTable | undefined, rows: number | undefined) {
  return earlier === undefined ? {} : { seconds: tableSeconds(earlier, rows), earlier };
}

function viewDecision(
  { plan, existing, sourceSchema }: NonNullable<PlannedTable['decision']>,
  { newTypes }: PlannedTable,
) {
  const { extract, snapshot, estimatedRows, estimatedBytes, columns } = plan;
  const deleteMissing = deleteMissingOf(plan);
  const fed = new Set(columns.map(({ target }) => target));
  const copied = new Set(columns.map(({ source }) => source.name));
  const own = new Map(existing?.columns.map(({ name, nativeType }) => [name, nativeType]));
  const typeOf = (pair: ColumnPair) =>
    pair.widen?.to ?? own.get(pair.target) ?? newTypes?.get(pair.target);
  return {
    creates: existing === undefined,
    extract,
    snapshot,
    ...(estimatedRows === undefined ? {} : { estimatedRows }),
    ...(estimatedBytes === undefined ? {} : { estimatedBytes }),
    ...(deleteMissing === undefined ? {} : { deleteMissing }),
    columns: columns.map((pair) => ({
      ...viewColumn(pair, typeOf(pair)),
      ...(existing === undefined || own.has(pair.target) ? {} : { added: true as const }),
    })),
    leftOut: namesOf(sourceSchema.columns, copied),
    unfed: namesOf(existing?.columns ?? [], fed),
  };
}

function namesOf(columns: readonly ColumnSchema[], but: ReadonlySet<string>): readonly string[] {
  return columns.map(({ name }) => name).filter((name) => !but.has(name));
}

function viewColumn(
  { source, target, newType, widen }: ColumnPair,
  targetType: string | undefined,
): ColumnView {
  const becomes = newType ?? widen?.to;
  return {
    source: source.name,
    type: source.nativeType,
    target,
    ...(targetType === undefined ? {} : { targetType }),
    ...(becomes === undefined ? {} : { becomes }),
  };
}

function viewError(error: SnowmeltError | undefined): { error?: FailureView } {
  const failure = error === undefined ? undefined : viewFailure(error, 'snowmelt');
  return failure === undefined ? {} : { error: failure };
}
