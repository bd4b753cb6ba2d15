import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import type { QueryServer } from './query-server.ts';

/** Of the process `snowmelt run`, from its start to its end; emulator and PostgreSQL are others. */
export interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMib: number;
}

export interface Run {
  readonly server: QueryServer;
  readonly url: string;
  readonly connections: number;
  /** Further keys of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further arguments of `run`. */
  readonly args?: readonly string[];
}

/** `snowmelt run` of the table ORDERS, by query, into an empty database. */
export async function measureRun(command: string, run: Run): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), 'snowmelt-query-'));
  try {
    const [config, usage] = [join(directory, 'config.json'), join(directory, 'usage.json')];
    await writeFile(config, JSON.stringify(configOf(run)));
    const started = performance.now();
    await runCommand([command, 'run', '--config', config, ...(run.args ?? [])], usage);
    const seconds = (performance.now() - started) / 1000;
    return { seconds, ...(JSON.parse(await readFile(usage, 'utf8')) as Omit<Measured, 'seconds'>) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function configOf({ server, url, connections, config = {} }: Run) {
  return {
    snowflake: server,
    postgres: { url },
    parallel_threads: connections,
    extract: 'query',
    ...config,
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
export async function expectOrders(url: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: counted } = await client.query('SELECT count(*)::int AS count FROM bench.orders');
  await client.end();
  const count: unknown = counted[0]?.count;
  if (count !== rows) throw new Error(`orders holds ${String(count)} rows, not ${rows}`);
}
