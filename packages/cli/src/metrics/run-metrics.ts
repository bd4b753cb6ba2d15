import type { MergedRows, RunObserver, RunReport, TableKey } from '@snowmelt/core';

export interface MetricPoint {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** `counter`: only rises while the process lives, and its name ends with `_total`. */
export interface Metric {
  readonly name: MetricName;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  /** As UCUM writes it. */
  readonly unit: string;
  readonly points: readonly MetricPoint[];
}

/** Every metric that there is. */
export const metricFacts = {
  snowmelt_run_info: ['gauge', '1', 'The run at work, 1; its id is a label.'],
  snowmelt_run_ended: ['gauge', '1', 'How the run has ended, 1; absent while it is at work.'],
  snowmelt_rows_total: ['counter', '{row}', 'Rows loaded by this process.'],
  snowmelt_rows_found: [
    'gauge',
    '{row}',
    'Rows of the table in the run, earlier processes included.',
  ],
  snowmelt_rows_expected: ['gauge', '{row}', 'Rows of the table, as announced or estimated.'],
  snowmelt_rows_rejected: ['gauge', '{row}', 'Rows that the target has refused.'],
  snowmelt_rows_merged: [
    'gauge',
    '{row}',
    'What rows of a completed table have made of those that were there; what is a label.',
  ],
  snowmelt_bytes_total: ['counter', 'By', 'Bytes of CSV loaded by this process.'],
  snowmelt_chunks_total: ['counter', '{chunk}', 'Chunks loaded by this process.'],
  snowmelt_chunk_retries_total: [
    'counter',
    '{try}',
    'Tries of chunks that failed and were made again.',
  ],
  snowmelt_table_state: ['gauge', '1', 'What the table is at, 1; the state is a label.'],
  snowmelt_table_seconds: ['gauge', 's', 'How long the table has taken; absent before its end.'],
  snowmelt_credits: ['gauge', '{credit}', 'Credits that the run has used, by our own estimate.'],
} as const satisfies Record<string, readonly [Metric['kind'], string, string]>;

export type MetricName = keyof typeof metricFacts;

interface TableFigures {
  state: string;
  loaded: number;
  found: number;
  bytes: number;
  chunks: number;
  retries: number;
  expected?: number;
  rejected?: number;
  merged?: MergedRows | undefined;
  seconds?: number;
}

export interface RunMetrics {
  readonly observer: RunObserver;
  /** The run has come to this end. */
  readonly ended: (report: RunReport) => void;
  readonly read: () => readonly Metric[];
}

/** Gathers what a run tells. */
export function gatherMetrics(keys: readonly TableKey[]): RunMetrics {
  const tables = new Map(keys.map((key) => [key, begin()]));
  const run: { id?: string; end?: string; credits?: number } = {};
  return {
    observer: observe(tables, run),
    ended({ stopped, status, credits }) {
      run.end = stopped ? 'stopped' : status;
      if (credits !== undefined) run.credits = credits;
    },
    read: () => [...runMetrics(run), ...tableMetrics(tables)],
  };
}

function begin(): TableFigures {
  return { state: 'waiting', loaded: 0, found: 0, bytes: 0, chunks: 0, retries: 0 };
}

function observe(tables: Map<TableKey, TableFigures>, run: { id?: string }): RunObserver {
  const change = (key: TableKey, with_: (table: TableFigures) => void): void => {
    const table = tables.get(key);
    if (table !== undefined) with_(table);
  };
  return {
    runOpened: ({ id }) => void (run.id = id),
    tableStarted: (key) => change(key, (table) => (table.state = 'planning')),
    tablePhase: (key, phase) => change(key, (table) => (table.state = phase)),
    tablePlanned: ({ key, estimatedRows }) =>
      change(key, (table) => {
        if (estimatedRows !== undefined) table.expected = estimatedRows;
      }),
    tableBegunAnew: (key) => change(key, (table) => (table.found = 0)),
    chunkLoaded: (key, { rows, bytes, before = false }) =>
      change(key, (table) => {
        table.found += rows;
        if (before) return;
        table.loaded += rows;
        table.bytes += bytes;
        table.chunks += 1;
      }),
    chunkRetried: (key) => change(key, (table) => (table.retries += 1)),
    tableEnded: ({ key, status, rows, rejected, merged, seconds }) =>
      change(key, (table) =>
        Object.assign(table, { state: status, found: rows, rejected, merged, seconds }),
      ),
  };
}

export function mergedPoints(table: TableKey, merged?: MergedRows): readonly MetricPoint[] {
  const counts = Object.entries(merged ?? {});
  return counts.map(([what, value]) => ({ labels: { table, what }, value }));
}

function runMetrics(run: { id?: string; end?: string; credits?: number }): readonly Metric[] {
  const { id, end, credits } = run;
  return [
    metric('snowmelt_run_info', id === undefined ? [] : [{ labels: { run: id }, value: 1 }]),
    metric('snowmelt_run_ended', end === undefined ? [] : [{ labels: { status: end }, value: 1 }]),
    metric('snowmelt_credits', credits === undefined ? [] : [{ labels: {}, value: credits }]),
  ];
}

function tableMetrics(tables: ReadonlyMap<TableKey, TableFigures>): readonly Metric[] {
  const each = (name: MetricName, pick: (table: TableFigures) => number | undefined): Metric =>
    metric(
      name,
      [...tables].flatMap(([table, figures]) => {
        const value = pick(figures);
        return value === undefined ? [] : [{ labels: { table }, value }];
      }),
    );
  return [
    each('snowmelt_rows_total', ({ loaded }) => loaded),
    each('snowmelt_rows_found', ({ found }) => found),
    each('snowmelt_rows_expected', ({ expected }) => expected),
    each('snowmelt_rows_rejected', ({ rejected }) => rejected),
    metric(
      'snowmelt_rows_merged',
      [...tables].flatMap(([table, { merged }]) => mergedPoints(table, merged)),
    ),
    each('snowmelt_bytes_total', ({ bytes }) => bytes),
    each('snowmelt_chunks_total', ({ chunks }) => chunks),
    each('snowmelt_chunk_retries_total', ({ retries }) => retries),
    each('snowmelt_table_seconds', ({ seconds }) => seconds),
    metric(
      'snowmelt_table_state',
      [...tables].map(([table, { state }]) => ({ labels: { table, state }, value: 1 })),
    ),
  ];
}

export function metric(name: MetricName, points: readonly MetricPoint[]): Metric {
  const [kind, unit, help] = metricFacts[name];
  return { name, kind, unit, help, points };
}
