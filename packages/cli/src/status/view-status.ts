import {
  describedCode,
  errorCatalog,
  type ErrorCode,
  type RunSigns,
  type RunSummary,
  type TableSigns,
  type TableSummary,
  type WorkerState,
} from '@snowmelt/core';

/**
 * `running`: a process has it. `dead`: its process is gone without a word. `stopped`: it ended with
 * work left. `superseded`: so it did, and later runs have its tables by now. Otherwise how it ended;
 * `partial` is one that is over although rows are in quarantine.
 */
export type RunStanding =
  'running' | 'dead' | 'stopped' | 'superseded' | 'completed' | 'partial' | 'failed';

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
  /** What to do, a line to follow literally; absent: nothing. */
  readonly next?: string;
  readonly tables: readonly TableStatusView[];
}

export interface StatusView {
  /** Newest first. */
  readonly runs: readonly RunStatusView[];
}

export interface Seen {
  /** Absent: the store can't tell. */
  readonly signs?: RunSigns | undefined;
  readonly workers?: readonly WorkerState[];
}

/** `again`: the command that goes on with the run. */
export function viewRun(
  run: RunSummary,
  { signs, workers = [] }: Seen,
  again: string,
): RunStatusView {
  const state = standing(run, signs);
  const of = new Map(signs?.tables.map((table) => [table.key, table]));
  const tables = run.tables.map((table) => viewTable(table, of.get(table.key), state));
  const next = whatNext(state, tables, again);
  return {
    ...run,
    state,
    resumed: (signs?.attempts ?? 1) > 1,
    ...ownerOf(signs),
    workers: workers.map((worker) => viewWorker(worker, signs?.now ?? worker.lastSeenAt)),
    ...(state === 'running' ? paceOf(tables) : {}),
    ...(next === undefined ? {} : { next }),
    tables,
  };
}

function viewWorker({ id: _id, ...worker }: WorkerState, now: Date): WorkerView {
  const seconds = (now.getTime() - worker.lastSeenAt.getTime()) / 1000;
  return { ...worker, secondsSinceSeen: Math.max(0, Math.round(seconds)) };
}

function standing({ status }: RunSummary, signs: RunSigns | undefined): RunStanding {
  if (status === 'completed') return 'completed';
  if (signs?.life === 'live') return 'running';
  if (signs?.life === 'open') return status === 'running' ? 'dead' : 'stopped';
  if (status === 'running') return signs?.life === 'ended' ? 'superseded' : 'running';
  return status;
}

function ownerOf(signs: RunSigns | undefined) {
  if (signs === undefined) return {};
  const [host, pid] = signs.owner?.split('/') ?? [];
  const seconds = (signs.now.getTime() - signs.lastSign.getTime()) / 1000;
  return {
    ...(host === undefined ? {} : { host }),
    ...(pid !== undefined && /^\d+$/u.test(pid) ? { pid: Number(pid) } : {}),
    lastSign: signs.lastSign,
    secondsSinceSign: Math.max(0, Math.round(seconds)),
  };
}

function viewTable(
  table: TableSummary,
  signs: TableSigns | undefined,
  state: RunStanding,
): TableStatusView {
  const code = table.status === 'failed' ? describedCode(table.error ?? '') : undefined;
  const fix = table.fix ?? (code === undefined ? undefined : errorCatalog[code].fix);
  return {
    ...table,
    ...(signs === undefined ? {} : figuresOf(table, signs, state)),
    ...(code === undefined ? {} : { code }),
    ...(fix === undefined ? {} : { fix }),
  };
}

function figuresOf(table: TableSummary, signs: TableSigns, state: RunStanding) {
  const { expectedRows, recentRows, recentSeconds, leasedChunks, retries } = signs;
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

function whatNext(
  state: RunStanding,
  tables: readonly TableStatusView[],
  again: string,
): string | undefined {
  const failed = tables.some(({ status }) => status === 'failed');
  const mend = failed ? 'mend what failed, then run' : 'run';
  if (state === 'dead') return `its process is gone; ${mend} the same command: ${again}`;
  if (state === 'stopped') return `${mend} the same command, which goes on from here: ${again}`;
  if (state === 'failed') return `${mend} the same command: ${again}`;
  if (state === 'partial' && tables.some(({ rejected = 0 }) => rejected > 0)) {
    return `see what was refused: ${again.replace(/ run\b/u, ' rejects list')}`;
  }
  return undefined;
}
