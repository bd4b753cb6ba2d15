import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startEmulator, type Emulator } from '@snowmelt/snowflake-emulator';
import { startPostgres, type TestPostgres } from '@snowmelt/testkit/postgres';

import { allTypesStatements, allTypesTable } from './all-types.ts';
import { demoTables, type DemoTable } from './demo-tables.ts';

export interface DemoOptions {
  /** Which of the demo's tables; all by default. */
  readonly tables?: readonly string[];
  readonly tell?: (line: string) => void;
}

/** The two servers with the data in them, and a configuration that moves it. */
export interface Demo extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly postgres: TestPostgres;
  /** The database that the demo's rows go to. */
  readonly databaseUrl: string;
  /** What a user would write into config.json, as the value that JSON.parse gives. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Rows in the emulator, all tables together. */
  readonly rows: number;
}

const account = 'DEMO';
const user = 'SNOWMELT';
const warehouse = 'DEMO_WH';
const database = 'VEGA';
const schema = 'PUBLIC';

/** Starts an emulator and a PostgreSQL on free ports and puts real data into the emulator. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const tell = options.tell ?? (() => undefined);
  const wanted = (table: string) => options.tables?.includes(table) ?? true;
  const stack = new AsyncDisposableStack();
  try {
    const keys = makeKeys();
    tell('starting the Snowflake emulator and PostgreSQL');
    const [emulator, postgres] = await Promise.all([
      startEmulator({ account, users: [{ name: user, publicKey: keys.publicKey }] }),
      startPostgres(),
    ]);
    stack.use(emulator);
    stack.use(postgres);
    tell(`PostgreSQL ${postgres.version} (${postgres.origin}), emulator at ${emulator.accessUrl}`);
    const files = demoTables.filter(({ table }) => wanted(table));
    const rows = await loadTables(emulator, files, wanted(allTypesTable));
    tell(`${rows} rows of vega-datasets in the emulator`);
    const tables = files.map(({ table }) => table);
    if (wanted(allTypesTable)) tables.push(allTypesTable);
    // A server of somebody's own may hold a demo already.
    const name = postgres.origin === 'url' ? undefined : 'snowmelt_demo';
    const databaseUrl = await postgres.createDatabase(name);
    const config = configure(emulator, databaseUrl, { privateKey: keys.privateKey, tables });
    const resources = stack.move();
    return {
      emulator,
      postgres,
      databaseUrl,
      config,
      rows,
      [Symbol.asyncDispose]: () => resources.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function loadTables(
  emulator: Emulator,
  files: readonly DemoTable[],
  allTypes: boolean,
): Promise<number> {
  const session = await emulator.engine.openSession({ user });
  const signal = new AbortController().signal;
  let queries = 0;
  const run = async (sql: string): Promise<void> => {
    queries += 1;
    const result = await session.execute({ queryId: `demo-${queries}`, sql }, signal);
    await Array.fromAsync(result.batches);
  };
  try {
    await run(`CREATE WAREHOUSE IF NOT EXISTS ${warehouse}`);
    await run(`CREATE DATABASE IF NOT EXISTS ${database}`);
    await run(`USE SCHEMA ${database}.${schema}`);
    const data = dataFolder();
    let rows = 0;
    for (const table of files) {
      rows += await emulator.engine.loadFile({
        ...table,
        database,
        schema,
        file: join(data, table.file),
      });
    }
    if (allTypes) for (const sql of allTypesStatements) await run(sql);
    return rows + (allTypes ? allTypesStatements.length - 1 : 0);
  } finally {
    await session.close();
  }
}

/** The package exports its entry only, `build/index.js`; the data lie beside that folder. */
function dataFolder(): string {
  return fileURLToPath(new URL('../data', import.meta.resolve('vega-datasets')));
}

function configure(
  emulator: Emulator,
  databaseUrl: string,
  { privateKey, tables }: { privateKey: string; tables: readonly string[] },
) {
  return {
    snowflake: {
      account,
      user,
      warehouse,
      access_url: emulator.accessUrl,
      rsa_key: privateKey,
    },
    postgres: { url: databaseUrl },
    parallel_threads: 2,
    // The emulator shows a commit at its very instant.
    snapshot_delay_seconds: 0,
    sources: [
      {
        source_name: 'vega',
        source_sf_database: database,
        source_sf_schema: schema,
        target_pg_database: new URL(databaseUrl).pathname.slice(1),
        target_pg_schema: 'vega',
        tables: tables.map((table) => ({
          source: table,
          target: targetName(table),
          truncate_onstart: true,
          verify: 'digest',
        })),
      },
    ],
  };
}

function targetName(table: string): string {
  return table.toLowerCase().replaceAll(' ', '_');
}

function makeKeys(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
