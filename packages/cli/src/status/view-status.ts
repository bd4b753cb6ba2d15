import {
  describedCode,
  errorCatalog,
  type AttributedCredits,
  type ErrorCode,
  type RunActivity,
  type RunSummary,
  type TablePace,
  type TableSummary,
  type Trouble,
  type WorkerState,
} from '@snowmelt/core';

/**
 * `running`: a process has it. `dead`: its process is gone without a word. `stopped`: it ended with
 * work left. `superseded`: so it did, and later runs have its tables by now. Otherwise how it ended;
 * `partial` is one that is over although rows are in quarantine, `limited` a first try of rows.
 */
export type RunStanding =
  'running' | 'dead' | 'stopped' | 'superseded' | 'completed' | 'limited' | 'partial' | 'failed';

export interface TableStatusView extends TableSummary {
  readonly expectedRows?: number;
  /** Of the last two minutes; absent where nothing came. */
  readonly rowsPerSecond?: number;
  /** At that rate. */
  readonly secondsLeft?: number;
  readonly leasedChunks?: number;
  readonly retries?: number;
  readonly code?: ErrorCode;
  readonly fix?: string;
}

export interface WorkerView {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly isOwner: boolean;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  readonly secondsSinceSeen: number;
  /** Absent: it has not said that it ends. */
  readonly endedAt?: Date;
  readonly waitsFor?: string;
  readonly waitsSince?: Date;
}

export interface RunStatusView extends Omit<RunSummary, 'tables'> {
  readonly state: RunStanding;
  readonly resumed: boolean;
  /** Who has it, or had it last. */
  readonly host?: string;
  readonly pid?: number;
  /** The newest thing that its processes have written. */
  readonly lastSign?: Date;
  readonly secondsSinceSign?: number;
  /** The processes at work on it, and those that were; the first one first. */
  readonly workers: readonly WorkerView[];
  readonly rowsPerSecond?: number;
  /** Absent: nothing is known of a table's size, or no row has come lately. */
  readonly secondsLeft?: number;
  /** What is wrong and what mends it, the worst first. Absent: it was not looked for, as in a list. */
  readonly troubles?: readonly Trouble[];
  readonly tables: readonly TableStatusView[];
  /** Absent: it was not asked for, or Snowflake does not tell. */
  readonly attributed?: AttributedView;
}

/**
 * What Snowflake attributes to a run. `complete`: no more comes. `so_far`, `none_yet`: more may come,
 * since it comes late. `none`: nothing was attributed, and nothing comes. `forgotten`: too long ago.
 */
export interface AttributedView extends Partial<AttributedCredits> {
  readonly state: 'complete' | 'so_far' | 'none_yet' | 'none' | 'forgotten';
}

/** Of all the runs that were asked for. */
export interface AttributionView {
  readonly lateHours: number;
  readonly keptDays: number;
  /** Why Snowflake does not tell, and the statement that has it tell. */
  readonly refused?: string;
  readonly grant?: string;
}

export interface StatusView {
  /** Newest first. */
  readonly runs: readonly RunStatusView[];
  readonly attribution?: AttributionView;
}

export interface Seen {
  readonly activity: RunActivity;
  readonly workers?: readonly WorkerState[] | undefined;
  readonly troubles?: readonly Trouble[] | undefined;
}

export function viewRun({ activity, workers = [], troubles }: Seen): RunStatusView {
  const { run, now, attempts } = activity;
  const state = standing(activity);
  const of = new Map(activity.paces.map((pace) => [pace.key, pace]));
  const tables = run.tables.map((table) => viewTable(table, of.get(table.key), state));
  return {
    ...run,
    state,
    resumed: attempts > 1,
    ...ownerOf(activity),
    workers: workers.map((worker) => viewWorker(worker, now)),
    ...(state === 'running' ? paceOf(tables) : {}),
    ...(troubles === undefined ? {} : { troubles }),
    tables,
  };
}

function viewWorker({ id: _id, ...worker }: WorkerState, now: Date): WorkerView {
  const seconds = (now.getTime() - worker.lastSeenAt.getTime()) / 1000;
  return { ...worker, secondsSinceSeen: Math.max(0, Math.round(seconds)) };
}

function standing({ run: { status, limit }, life }: RunActivity): RunStanding {
  if (status === 'completed') return 'completed';
  if (life === 'live') return 'running';
  if (limit !== undefined && status !== 'failed') return status === 'running' ? 'dead' : 'limited';
  if (life === 'open') return status === 'running' ? 'dead' : 'stopped';
  if (status === 'running') return life === 'ended' ? 'superseded' : 'running';
  return status;
}

function ownerOf({ owner, now, lastSign }: RunActivity) {
  const [host, pid] = owner?.split('/') ?? [];
  return {
    ...(host === undefined ? {} : { host }),
    ...(pid !== undefined && /^\d+$/u.test(pid) ? { pid: Number(pid) } : {}),
    ...(lastSign === undefined
      ? {}
      : {
          lastSign,
          secondsSinceSign: Math.max(0, Math.round((now.getTime() - lastSign.getTime()) / 1000)),
        }),
  };
}

function viewTable(
  table: TableSummary,
  pace: TablePace | undefined,
  state: RunStanding,
): TableStatusView {
  const code = table.status === 'failed' ? describedCode(table.error ?? '') : undefined;
  const fix = table.fix ?? (code === undefined ? undefined : errorCatalog[code].fix);
  return {
    ...table,
    ...(pace === undefined ? {} : figuresOf(table, pace, state)),
    ...(code === undefined ? {} : { code }),
    ...(fix === undefined ? {} : { fix }),
  };
}

function figuresOf(table: TableSummary, pace: TablePace, state: RunStanding) {
  const { expectedRows, recentRows, recentSeconds, leasedChunks, retries } = pace;
  const going = state === 'running' && table.status === 'in_progress' && recentRows > 0;
  const rowsPerSecond = going ? recentRows / recentSeconds : undefined;
  const left = Math.max(0, (expectedRows ?? 0) - table.rows);
  return {
    ...(expectedRows === undefined ? {} : { expectedRows }),
    ...(rowsPerSecond === undefined ? {} : { rowsPerSecond }),
    ...(rowsPerSecond === undefined || expectedRows === undefined
      ? {}
      : { secondsLeft: left / rowsPerSecond }),
    leasedChunks,
    retries,
  };
}

/** Tables that were not begun are of unknown size, and then so is what is left. */
function paceOf(tables: readonly TableStatusView[]) {
  const rate = tables.reduce((sum, { rowsPerSecond = 0 }) => sum + rowsPerSecond, 0);
  if (rate === 0) return {};
  const open = tables.filter(({ status }) => status === 'pending' || status === 'in_progress');
  const known = open.every(({ expectedRows }) => expectedRows !== undefined);
  const left = open.reduce(
    (sum, { expectedRows = 0, rows }) => sum + Math.max(0, expectedRows - rows),
    0,
  );
  return { rowsPerSecond: rate, ...(known ? { secondsLeft: left / rate } : {}) };
}
