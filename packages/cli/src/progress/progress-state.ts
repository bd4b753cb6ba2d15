import type { RunObserver, TableJob, TableRef, TableReport } from '@snowmelt/core';

export type TablePhase =
  | 'waiting'
  | 'planning'
  | 'loading'
  | 'reconciling'
  | 'publishing'
  | 'verifying'
  | TableReport['status'];

interface Sample {
  readonly at: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface TableProgress {
  readonly source: TableRef;
  readonly target: TableRef;
  phase: TablePhase;
  rows: number;
  bytes: number;
  /** Of all rows; `exact` where the source announced them, else an estimate of its catalog. */
  expected?: { readonly rows: number; readonly exact: boolean };
  chunks: number;
  chunksDone: number;
  retries: number;
  startedAt?: number;
  seconds?: number;
  error?: string;
  samples: Sample[];
}

/** What a display shows of a run; times in milliseconds since the epoch. */
export interface Progress {
  readonly startedAt: number;
  run?: string;
  resumed: boolean;
  stopping: boolean;
  /** Until then the run waits before it reads at its snapshot point. */
  settlesAt?: number;
  /** What something waits for, as it was last told. */
  waitsFor?: () => string | undefined;
  readonly tables: ReadonlyMap<string, TableProgress>;
}

/** Rates are those of the last half minute. */
const rateWindow = 30_000;

export function startProgress(jobs: readonly TableJob[], now: number): Progress {
  const tables = jobs.map(({ key, source, target }): [string, TableProgress] => [
    key,
    {
      source,
      target,
      phase: 'waiting',
      rows: 0,
      bytes: 0,
      chunks: 0,
      chunksDone: 0,
      retries: 0,
      samples: [],
    },
  ]);
  return { startedAt: now, resumed: false, stopping: false, tables: new Map(tables) };
}

/** Writes what the engine tells into `progress`. */
export function trackProgress(progress: Progress, now: () => number): Required<RunObserver> {
  const of = (key: string): TableProgress | undefined => progress.tables.get(key);
  const change = (key: string, values: Partial<TableProgress>): void => {
    Object.assign(of(key) ?? {}, values);
  };
  return {
    runOpened: ({ id, resumed }) => Object.assign(progress, { run: id, resumed }),
    snapshotSettling: ({ milliseconds }) =>
      Object.assign(progress, { settlesAt: now() + milliseconds }),
    tableStarted: (key) => change(key, { phase: 'planning', startedAt: now() }),
    tablePlanned: ({ key, estimatedRows: rows }) =>
      change(key, rows === undefined ? {} : { expected: { rows, exact: false } }),
    tableBegunAnew: (key) =>
      change(key, { rows: 0, bytes: 0, chunks: 0, chunksDone: 0, samples: [] }),
    chunksAdded: (key, { count, rows }) => addChunks(of(key), count, rows),
    chunkLoaded: (key, { rows, bytes, before = false }) =>
      addRows(of(key), { at: now(), rows, bytes }, before),
    tableTotals: (key, loaded) => setTotals(of(key), loaded, now()),
    chunkRetried: (key) => change(key, { retries: (of(key)?.retries ?? 0) + 1 }),
    // Rows are counted when they come; until then nothing moves.
    statementRuns: () => undefined,
    stepDone: () => undefined,
    tablePhase: (key, phase) => change(key, { phase }),
    tableEnded: (report) => change(report.key, ended(report)),
  };
}

/** Rows and bytes a second, over the samples that are young enough. */
export function rateOf(table: TableProgress, now: number): { rows: number; bytes: number } {
  const since = Math.max(table.startedAt ?? now, now - rateWindow);
  const seconds = Math.max(1, (now - since) / 1000);
  const recent = table.samples.filter(({ at }) => at >= since);
  const sum = (pick: (sample: Sample) => number): number =>
    recent.reduce((total, sample) => total + pick(sample), 0) / seconds;
  return { rows: sum(({ rows }) => rows), bytes: sum(({ bytes }) => bytes) };
}

/** Seconds until all is loaded, at the rate of now; nothing where a table's size is not known. */
export function secondsLeft(tables: readonly TableProgress[], now: number): number | undefined {
  const open = tables.filter(({ phase }) => !isEnded(phase));
  const rate = open.reduce((sum, table) => sum + rateOf(table, now).rows, 0);
  if (rate === 0 || open.some(({ expected }) => expected === undefined)) return undefined;
  const left = (table: TableProgress): number =>
    Math.max(0, (table.expected?.rows ?? 0) - table.rows);
  return open.reduce((sum, table) => sum + left(table), 0) / rate;
}

export function isEnded(phase: TablePhase): boolean {
  return ['completed', 'failed', 'stopped', 'skipped'].includes(phase);
}

function addChunks(table: TableProgress | undefined, count: number, rows?: number): void {
  // Of what is to be extracted first nothing is announced yet.
  if (table === undefined || count === 0) return;
  const more = table.chunks > 0 && table.expected?.exact === true;
  table.chunks += count;
  if (rows === undefined) return;
  // What is announced in parts is exact for the parts; the catalog may still know of more.
  const announced = (more ? (table.expected?.rows ?? 0) : 0) + rows;
  table.expected = { rows: announced, exact: true };
}

function addRows(table: TableProgress | undefined, sample: Sample, before: boolean): void {
  if (table === undefined) return;
  table.rows += sample.rows;
  table.bytes += sample.bytes;
  table.chunksDone += 1;
  // What an earlier process has done says nothing of how fast this one is.
  if (before) return;
  table.samples = [...table.samples.filter(({ at }) => at >= sample.at - rateWindow), sample];
}

/** The store knows better than what this process has added up itself. */
function setTotals(
  table: TableProgress | undefined,
  {
    chunks,
    rows,
    bytes,
  }: { readonly chunks: number; readonly rows: number; readonly bytes: number },
  at: number,
): void {
  if (table === undefined) return;
  const sample = {
    at,
    rows: Math.max(0, rows - table.rows),
    bytes: Math.max(0, bytes - table.bytes),
  };
  const recent = table.samples.filter((one) => one.at >= at - rateWindow);
  Object.assign(table, { chunksDone: chunks, rows, bytes, samples: [...recent, sample] });
}

function ended(report: TableReport): Partial<TableProgress> {
  const { status: phase, rows, bytes, seconds, error } = report;
  const shown = error === undefined ? {} : { error: `${error.code}: ${error.message}` };
  return { phase, rows, bytes, seconds, samples: [], ...shown };
}
