import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Catalog } from './catalog/catalog.ts';
import { TransactionLog } from './catalog/transaction-log.ts';
import type { SqlEngine } from './engine/contract.ts';
import { createStagesExtension } from './stages/stages-extension.ts';
import { ConnectionPool } from './sql/session/connection-pool.ts';
import type { EngineState } from './sql/session/engine-state.ts';
import { loadFile, type LoadFile } from './sql/dml/load-file.ts';
import { MACROS } from './sql/udfs/macros.ts';
import { type Attribution, QueryHistory } from './catalog/query-history.ts';
import { registerScalarFunctions } from './sql/udfs/scalar-functions.ts';
import { ClientSession } from './sql/run/client-session.ts';
import { TableLocks } from './sql/session/table-locks.ts';

export interface SqlEngineOptions {
  /** Where stages and DuckDB's spill files go; without it a temporary directory, removed by `close()`. */
  readonly directory?: string;
  /** What CURRENT_ACCOUNT() says. */
  readonly account?: string;
  /** DuckDB's threads and memory, e.g. 2 and `2GB`; by default DuckDB's own. */
  readonly threads?: number;
  readonly memoryLimit?: string;
  /** Databases to begin with, each with a schema PUBLIC. */
  readonly databases?: readonly string[];
}

export interface SnowflakeSqlEngine extends SqlEngine {
  /** When SNOWFLAKE.ACCOUNT_USAGE.QUERY_ATTRIBUTION_HISTORY shows a statement; may be set. */
  readonly attribution: Attribution;
  /** Makes a table from a file, fast: for tests and demonstrations. Gives its number of rows. */
  loadFile(options: LoadFile): Promise<number>;
}

export async function createSqlEngine(options: SqlEngineOptions = {}): Promise<SnowflakeSqlEngine> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'snowflake-emulator-')));
  const stageRoot = join(directory, 'stages');
  await mkdir(stageRoot, { recursive: true });
  const instance = await openInstance(options, directory);
  let sessions = 0;
  const open = new Set<ClientSession>();
  const parts = sharedParts(instance, options);
  const engine: SnowflakeSqlEngine = {
    stageRoot,
    attribution: parts.history.attribution,
    presign: () => {
      throw new Error('no server listens: nothing can be presigned');
    },
    openSession: async (session) => {
      sessions += 1;
      const opened = new ClientSession(shared, await instance.connect(), sessions, session);
      open.add(opened);
      return opened;
    },
    loadFile: (file) => loadFile(shared, file),
    close: async () => {
      await Promise.allSettled([...open].map((session) => session.close()));
      shared.pool.close();
      instance.closeSync();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
  const shared: EngineState = { ...parts, engine, instance };
  return engine;
}

function sharedParts(
  instance: DuckDBInstance,
  options: SqlEngineOptions,
): Omit<EngineState, 'engine' | 'instance'> {
  const catalog = new Catalog();
  const log = new TransactionLog();
  for (const name of options.databases ?? []) catalog.createDatabase(name, log.now());
  for (const name of ['ACCOUNTADMIN', 'SYSADMIN', 'SECURITYADMIN', 'USERADMIN', 'PUBLIC']) {
    catalog.roles.set(name, { name, createdNs: log.now(), properties: new Map() });
  }
  catalog.warehouses.set('COMPUTE_WH', {
    name: 'COMPUTE_WH',
    createdNs: log.now(),
    properties: new Map(),
  });
  return {
    pool: new ConnectionPool(instance),
    catalog,
    log,
    locks: new TableLocks(),
    history: new QueryHistory(),
    extensions: [createStagesExtension()],
    account: options.account ?? 'EMULATOR',
    accountParameters: new Map(),
    openTransactions: new Map(),
  };
}

async function openInstance(options: SqlEngineOptions, directory: string): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: join(directory, 'spill'),
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
  });
  const connection = await instance.connect();
  registerScalarFunctions(connection);
  for (const macro of MACROS) await connection.run(macro);
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  await connection.run('CREATE SEQUENCE row_ids');
  connection.closeSync();
  return instance;
}
