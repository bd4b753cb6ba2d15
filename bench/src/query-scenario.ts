import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startPostgres } from '@snowmelt/testkit/postgres';

import { median } from './measure.ts';
import { startQueryServer, type QueryServer } from './query-server.ts';
import { expectOrders, measureRun, type Measured } from './run-command.ts';

export interface QueryOptions {
  readonly rows: number;
  readonly connections: number;
  readonly rounds: number;
  readonly chunkMib: number;
  /** The folder of another build, with its own emulator, in turns with this one. Absent: none. */
  readonly against?: string | undefined;
  readonly tell: (line: string) => void;
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
      await expectOrders(url, rows);
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
