import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startPostgres } from '@snowmelt/testkit/postgres';
import pg from 'pg';

import { generateRows, type RowFiles } from './generate-rows.ts';
import { measure, median, type Measurement, type MeasureRequest } from './measure.ts';
import { scenarios, type ScenarioName } from './scenario.ts';

export interface ScenarioResult {
  readonly name: string;
  /** Snowmelt's rate over the baseline's; the medians of the rounds. */
  readonly ratio: number;
  readonly rows_per_second: number;
  readonly baseline_rows_per_second: number;
  readonly node_cpu_seconds_per_million_rows: number;
  readonly peak_rss_mib: number;
}

export interface ScenarioOptions {
  readonly scenario: ScenarioName;
  readonly rows: number;
  readonly connections: number;
  readonly rounds: number;
  readonly tell: (line: string) => void;
}

/** Snowmelt against its baseline, with the same rows and as many connections, taking turns. */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const directory = await mkdtemp(join(tmpdir(), 'snowmelt-bench-'));
  try {
    options.tell(`generating ${options.rows} rows`);
    const { badRows } = scenarios[options.scenario];
    const wanted = {
      rows: options.rows,
      files: badRows === undefined ? options.connections * 4 : 1,
    };
    const clean = await generateRows(join(directory, 'clean'), { ...wanted, badRows: 0 });
    const files =
      badRows === undefined
        ? clean
        : await generateRows(join(directory, 'bad'), { ...wanted, badRows });
    await using server = await startPostgres({ durable: true });
    options.tell(`PostgreSQL ${server.version} (${server.origin})`);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return await alternate(client, server.url, { baseline: clean, snowmelt: files }, options);
    } finally {
      await client.end();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function alternate(
  client: pg.Client,
  url: string,
  files: Readonly<Record<MeasureRequest['way'], RowFiles>>,
  { scenario, connections, rounds, tell }: ScenarioOptions,
): Promise<ScenarioResult> {
  const rows = files.baseline.rowsPerFile * files.baseline.gzip.length;
  const ways = { baseline: [] as Measurement[], snowmelt: [] as Measurement[] };
  const described = scenarios[scenario];
  await described.setUp(client, files.baseline);
  for (let round = 1; round <= rounds; round += 1) {
    for (const way of ['baseline', 'snowmelt'] as const) {
      const table = way === 'snowmelt' ? 'by_snowmelt' : 'by_baseline';
      await described.prepare(client, table);
      const load = { scenario, way, url, table, files: files[way], connections };
      const measured = await measure(load);
      const refused = way === 'snowmelt' ? (described.badRows ?? 0) : 0;
      await expectRows(client, table, described.rowsAfter(rows) - refused);
      ways[way].push(measured);
      tell(`round ${round} ${way}: ${Math.round(rows / measured.seconds)} rows/s`);
    }
  }
  return { name: scenario, ...summarise(rows, ways) };
}

function summarise(
  rows: number,
  ways: Readonly<Record<MeasureRequest['way'], readonly Measurement[]>>,
): Omit<ScenarioResult, 'name'> {
  const { baseline, snowmelt } = ways;
  const rate = rows / median(snowmelt.map(({ seconds }) => seconds));
  const baselineRate = rows / median(baseline.map(({ seconds }) => seconds));
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  return {
    ratio: round(rate / baselineRate, 3),
    rows_per_second: Math.round(rate),
    baseline_rows_per_second: Math.round(baselineRate),
    node_cpu_seconds_per_million_rows: round(
      (median(snowmelt.map(({ cpuSeconds }) => cpuSeconds)) / rows) * 1e6,
      3,
    ),
    peak_rss_mib: Math.round(Math.max(...snowmelt.map(({ peakRssMib }) => peakRssMib))),
  };
}

/** A benchmark of a load that lost rows would measure nothing. */
export async function expectRows(client: pg.Client, table: string, rows: number): Promise<void> {
  const { rows: counted } = await client.query(`SELECT count(*)::int AS count FROM ${table}`);
  const count: unknown = counted[0]?.count;
  if (count !== rows) throw new Error(`${table} holds ${String(count)} rows, not ${rows}`);
}
