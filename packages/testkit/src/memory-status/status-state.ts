import {
  SnowmeltError,
  type MergedRows,
  type ChunkPlan,
  type JsonObject,
  type ChunkState,
  type RunId,
  type RunStatus,
  type SnapshotPoint,
  type TableKey,
  type TablePlan,
  type TableRequest,
  type TableStatus,
  type Verification,
  type WorkerId,
  type WorkerState,
} from '@snowmelt/core';

export interface StoredChunk {
  readonly plan: ChunkPlan;
  state: ChunkState;
  worker?: WorkerId | undefined;
  deadline?: Date | undefined;
  generation: number;
  retries: number;
  rows: number;
  bytes: number;
  error?: string | undefined;
}

export interface StoredTable {
  request: TableRequest;
  status: TableStatus;
  plan?: TablePlan | undefined;
  planned: boolean;
  gate?: string | undefined;
  indexes?: 'disabled' | 'restored';
  /** In the order they were added. */
  chunks: Map<string, StoredChunk>;
  /** `StatementKeeping`, by name. */
  readonly statements: Map<string, JsonObject>;
  startedAt?: Date | undefined;
  completedAt?: Date | undefined;
  error?: string | undefined;
  fix?: string | undefined;
  rejected?: number | undefined;
  met?: number | undefined;
  verification?: Verification | undefined;
  merged?: MergedRows | undefined;
}

export interface StoredRun {
  readonly id: RunId;
  executionHash: string;
  readonly sourceNames: readonly string[];
  readonly limit?: number;
  readonly startedAt: Date;
  readonly tables: Map<TableKey, StoredTable>;
  owner: WorkerId;
  status: RunStatus;
  snapshot?: SnapshotPoint;
  completedAt?: Date | undefined;
  error?: string | undefined;
  settled?: boolean | undefined;
  planFormat?: number | undefined;
  /** Between two processes of its own. */
  held?: { readonly since: Date; readonly seconds: number } | undefined;
  readonly workers: Map<WorkerId, Omit<WorkerState, 'isOwner'>>;
  /** Credits, by who has used them. */
  readonly spent: Map<WorkerId, number>;
}

/** Who has a table: a store that is open, on behalf of a run. */
export interface Claim {
  readonly run: RunId;
  readonly store: symbol;
}

/** What the stores of several "processes" share. */
export class MemoryStatusState {
  /** Oldest first. */
  readonly runs = new Map<RunId, StoredRun>();
  readonly claims = new Map<TableKey, Claim>();

  run(id: RunId): StoredRun {
    const run = this.runs.get(id);
    if (run === undefined) throw new SnowmeltError('RUN.NOT_FOUND', `there is no run ${id}`);
    return run;
  }

  table(run: RunId, key: TableKey): StoredTable {
    const table = this.run(run).tables.get(key);
    if (table === undefined) throw new RangeError(`run ${run} has no table ${key}`);
    return table;
  }
}

/** What JSON keeps of a value, as a database would give it back. */
export function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
