import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startPostgres } from '@snowmelt/testkit/postgres';
import pg from 'pg';

import { median } from './measure.ts';
import { startQueryServer, type QueryServer } from './query-server.ts';

export interface QueryOptions {
  readonly rows: number;
  readonly connections: number;
  readonly rounds: number;
  readonly chunkMib: number;
  /** The folder of another build, with its own emulator, in turns with this one. Absent: none. */
  readonly against?: string | undefined;
  readonly tell: (line: string) => void;
}

/** Of the process `snowmelt run`, from its start to its end; emulator and PostgreSQL are others. */
interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMib: number;
}

const ownFolder = fileURLToPath(new URL('../..', import.meta.url));

/** A whole command that moves one table by query: what it takes of time and memory. */
export async function runQueryScenario(options: QueryOptions) {
  const { rows, connections, rounds, chunkMib, against, tell } = options;
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startPostgres());
  const builds = { snowmelt: ownFolder, ...(against === undefined ? {} : { against }) };
  const servers: Record<string, QueryServer> = {};
  for (const [name, folder] of Object.entries(builds)) {
    tell(`${name}: an emulator with ${rows} rows, result chunks of ${chunkMib} MiB`);
    const emulator = join(folder, 'packages/snowflake-emulator/dist/index.js');
    servers[name] = stack.use(await startQueryServer({ rows, chunkMib, emulator })).server;
  }
  const measured: Record<string, Measured[]> = {};
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, folder] of Object.entries(builds)) {
      const url = await postgres.createDatabase();
      const server = servers[name] as QueryServer;
      const command = join(folder, 'packages/cli/bin/run.js');
      const one = await measureRun(command, { server, url, connections });
      await expectRows(url, rows);
      (measured[name] ??= []).push(one);
      const rss = Math.round(one.peakRssMib);
      tell(`round ${round} ${name}: ${Math.round(rows / one.seconds)} rows/s, ${rss} MiB`);
    }
  }
  const of = (name: string) => summarise(rows, measured[name] ?? []);
  return {
    name: 'query',
    rows,
    parallel_threads: connections,
    result_chunk_mib: chunkMib,
    ...of('snowmelt'),
    ...(against === undefined ? {} : { against: of('against') }),
  };
}

function summarise(rows: number, measured: readonly Measured[]) {
  const cpu = median(measured.map(({ cpuSeconds }) => cpuSeconds));
  return {
    rows_per_second: Math.round(rows / median(measured.map(({ seconds }) => seconds))),
    node_cpu_seconds_per_million_rows: Number(((cpu / rows) * 1e6).toFixed(3)),
    peak_rss_mib: Math.round(Math.max(...measured.map(({ peakRssMib }) => peakRssMib))),
  };
}

interface Run {
  readonly server: QueryServer;
  readonly url: string;
  readonly connections: number;
}

async function measureRun(command: string, run: Run): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), 'snowmelt-query-'));
  try {
    const [config, usage] = [join(directory, 'config.json'), join(directory, 'usage.json')];
    await writeFile(config, JSON.stringify(configOf(run)));
    const started = performance.now();
    await runCommand([command, 'run', '--config', config], usage);
    const seconds = (performance.now() - started) / 1000;
    return { seconds, ...(JSON.parse(await readFile(usage, 'utf8')) as Omit<Measured, 'seconds'>) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function configOf({ server, url, connections }: Run) {
  return {
    snowflake: server,
    postgres: { url },
    parallel_threads: connections,
    extract: 'query',
    sources: [
      {
        source_name: 'bench',
        source_sf_database: 'BENCH',
        source_sf_schema: 'PUBLIC',
        target_pg_database: new URL(url).pathname.slice(1),
        target_pg_schema: 'bench',
        tables: [{ source: 'ORDERS', target: 'orders', truncate_onstart: true }],
      },
    ],
  };
}

async function runCommand(args: readonly string[], usage: string): Promise<void> {
  const preload = new URL('report-usage.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', preload, ...args], {
    env: { ...process.env, BENCH_USAGE: usage, NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`snowmelt run ended with ${code}:\n${said}`);
}

/** A benchmark of a load that lost rows would measure nothing. */
async function expectRows(url: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: counted } = await client.query('SELECT count(*)::int AS count FROM bench.orders');
  await client.end();
  const count: unknown = counted[0]?.count;
  if (count !== rows) throw new Error(`orders holds ${String(count)} rows, not ${rows}`);
}
