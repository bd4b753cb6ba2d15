import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startPostgres } from '@snowmelt/testkit/postgres';
import pg from 'pg';

import { columns, generateRows, type RowFiles } from './generate-rows.ts';
import { measure, median, type Measurement } from './measure.ts';

export interface ScenarioResult {
  readonly name: string;
  /** Snowmelt's rate over the baseline's; the medians of the rounds. */
  readonly ratio: number;
  readonly rows_per_second: number;
  readonly baseline_rows_per_second: number;
  readonly node_cpu_seconds_per_million_rows: number;
  readonly peak_rss_mib: number;
}

export interface LoadPhaseOptions {
  readonly rows: number;
  readonly connections: number;
  readonly rounds: number;
  readonly tell: (line: string) => void;
}

/** The load phase against raw COPY of the same bytes by as many connections, taking turns. */
export async function loadPhase(options: LoadPhaseOptions): Promise<ScenarioResult> {
  const directory = await mkdtemp(join(tmpdir(), 'snowmelt-bench-'));
  try {
    options.tell(`generating ${options.rows} rows`);
    const files = await generateRows(directory, options.rows, options.connections * 4);
    await using server = await startPostgres({ durable: true });
    options.tell(`PostgreSQL ${server.version} (${server.origin})`);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return await alternate(client, server.url, files, options);
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
  files: RowFiles,
  { connections, rounds, tell }: LoadPhaseOptions,
): Promise<ScenarioResult> {
  const rows = files.rowsPerFile * files.gzip.length;
  const ways = { raw: [] as Measurement[], snowmelt: [] as Measurement[] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const way of ['raw', 'snowmelt'] as const) {
      const table = `load_phase_${way}`;
      await emptyTable(client, table);
      const measured = await measure({ way, url, table, files, connections });
      await expectRows(client, table, rows);
      ways[way].push(measured);
      tell(`round ${round} ${way}: ${Math.round(rows / measured.seconds)} rows/s`);
    }
  }
  return summarise(rows, ways);
}

function summarise(
  rows: number,
  { raw, snowmelt }: { raw: readonly Measurement[]; snowmelt: readonly Measurement[] },
): ScenarioResult {
  const rate = rows / median(snowmelt.map(({ seconds }) => seconds));
  const baseline = rows / median(raw.map(({ seconds }) => seconds));
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  return {
    name: 'load-phase',
    ratio: round(rate / baseline, 3),
    rows_per_second: Math.round(rate),
    baseline_rows_per_second: Math.round(baseline),
    node_cpu_seconds_per_million_rows: round(
      (median(snowmelt.map(({ cpuSeconds }) => cpuSeconds)) / rows) * 1e6,
      3,
    ),
    peak_rss_mib: Math.round(Math.max(...snowmelt.map(({ peakRssMib }) => peakRssMib))),
  };
}

async function emptyTable(client: pg.Client, table: string): Promise<void> {
  const definitions = columns.map(([name, type]) => `${name} ${type}`).join(', ');
  await client.query(`DROP TABLE IF EXISTS ${table}`);
  await client.query(`CREATE TABLE ${table} (${definitions})`);
  await client.query('CHECKPOINT');
}

/** A benchmark of a load that lost rows would measure nothing. */
async function expectRows(client: pg.Client, table: string, rows: number): Promise<void> {
  const { rows: counted } = await client.query(`SELECT count(*)::int AS count FROM ${table}`);
  if (counted[0]?.count !== rows)
    throw new Error(`${table} holds ${counted[0]?.count} rows, not ${rows}`);
}
