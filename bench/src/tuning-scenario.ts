import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startPostgres } from '@snowmelt/testkit/postgres';
import pg from 'pg';

import { compareVariants, type Taken, type VariantResult } from './compare-variants.ts';
import { generateRows, type RowFiles } from './generate-rows.ts';
import { measure } from './measure.ts';
import { startQueryServer } from './query-server.ts';
import { expectOrders, measureRun } from './run-command.ts';
import { expectRows } from './run-scenario.ts';
import { scenarios } from './scenario.ts';
import {
  settings,
  type CommandVariant,
  type LoadVariant,
  type Setting,
  type SettingName,
} from './settings.ts';

export interface TuningOptions {
  readonly setting: SettingName;
  readonly rows: number;
  readonly connections: number;
  readonly rounds: number;
  readonly tell: (line: string) => void;
}

export interface TuningResult {
  readonly name: SettingName;
  readonly rows: number;
  readonly variants: Readonly<Record<string, VariantResult>>;
}

const table = 'tuned';

/** What a setting does to the time of one load, its index builds included. */
export async function runTuningScenario(options: TuningOptions): Promise<TuningResult> {
  const { setting: name, rows, tell } = options;
  const setting: Setting = settings[name];
  // A server given by URL is somebody's: its settings are not ours to change.
  await using server = await startPostgres({ durable: true, origin: 'embedded' });
  tell(`${name}, with PostgreSQL ${server.version} (${server.origin})`);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const variants =
      setting.by === 'load'
        ? await compareLoads(setting, { ...options, client, url: server.url })
        : await compareCommands(setting.variants, options, () => server.createDatabase());
    return { name, rows, variants };
  } finally {
    await client.end();
  }
}

interface Place {
  readonly client: pg.Client;
  readonly url: string;
}

async function compareLoads(
  { scenario, variants }: Extract<Setting, { by: 'load' }>,
  options: TuningOptions & Place,
) {
  const { rows, connections, client } = options;
  const directory = await mkdtemp(join(tmpdir(), 'snowmelt-tuning-'));
  try {
    const files = await generateRows(directory, { rows, files: connections * 4, badRows: 0 });
    await scenarios[scenario].setUp(client, files);
    return await compareVariants(variants, options, (variant) =>
      takeLoad({ scenario, files, variant }, options),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Load {
  readonly scenario: Extract<Setting, { by: 'load' }>['scenario'];
  readonly files: RowFiles;
  readonly variant: LoadVariant;
}

async function takeLoad(
  { scenario, files, variant }: Load,
  { client, url, connections }: TuningOptions & Place,
): Promise<Taken> {
  const described = scenarios[scenario];
  await described.prepare(client, table);
  const columns = ['customer_id', 'created_at', 'email'].slice(0, variant.indexes ?? 0);
  for (const column of columns) await client.query(`CREATE INDEX ON ${table} (${column})`);
  await configureServer(client, variant.server ?? {});
  await client.query('CHECKPOINT');
  const before = await walPosition(client);
  const measured = await measure({
    scenario,
    way: 'snowmelt',
    url,
    table,
    files,
    connections,
    whole: true,
    ...(variant.target === undefined ? {} : { settings: variant.target }),
    ...(variant.rebuildIndexes === undefined ? {} : { rebuildIndexes: variant.rebuildIndexes }),
  });
  const walMib = ((await walPosition(client)) - before) / 1024 ** 2;
  await expectRows(client, table, described.rowsAfter(files.rowsPerFile * files.gzip.length));
  return { seconds: measured.seconds, walMib };
}

async function configureServer(
  client: pg.Client,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  }
  await client.query('SELECT pg_reload_conf()');
}

async function walPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes`,
  );
  return Number(rows[0]?.bytes);
}

async function compareCommands(
  variants: readonly CommandVariant[],
  options: TuningOptions,
  createDatabase: () => Promise<string>,
) {
  const { rows, connections } = options;
  const folder = fileURLToPath(new URL('../..', import.meta.url));
  const emulator = join(folder, 'packages/snowflake-emulator/dist/index.js');
  await using queries = await startQueryServer({ rows, chunkMib: 1, emulator });
  return await compareVariants(variants, options, async ({ config, args }) => {
    const url = await createDatabase();
    const { seconds } = await measureRun(join(folder, 'packages/cli/bin/run.js'), {
      server: queries.server,
      url,
      connections,
      // The wait is the same for all, and the emulator shows a commit at its very instant.
      config: { snapshot_delay_seconds: 0, ...config },
      ...(args === undefined ? {} : { args }),
    });
    await expectOrders(url, rows);
    return { seconds };
  });
}
