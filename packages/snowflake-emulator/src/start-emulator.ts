import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFaultRegistry, type FaultRegistry } from './faults/fault-registry.ts';
import { endpoints } from './faults/fault.ts';
import {
  createSqlEngine,
  type SnowflakeSqlEngine,
  type SqlEngineOptions,
} from './create-sql-engine.ts';
import { closeSession } from './server/close-session.ts';
import { defaultResultLayout, type EmulatorOptions, type Log } from './server/emulator-options.ts';
import { createHttpServer } from './server/http-server.ts';
import { createPresigner } from './server/presigned-urls.ts';
import { createQueryRegistry } from './server/queries.ts';
import type { ServerContext } from './server/server-context.ts';
import { createSessionStore } from './server/sessions.ts';
import { createStats, type EmulatorStats } from './server/stats.ts';
import { createTransferTokens } from './server/transfer-tokens.ts';
import { registerUsers } from './server/users.ts';

export interface EmulatorStart extends EmulatorOptions {
  /**
   * An engine that is there, with its data, in place of a new one: `directory`, `databases`, `threads`
   * and `memoryLimit` are its own, and it outlives the server. Queries and sessions do not.
   */
  readonly engine?: SnowflakeSqlEngine;
}

/** A running emulator. `close()` leaves no socket and no temporary file behind. */
export interface Emulator extends AsyncDisposable {
  /** For the driver's option `accessUrl`. */
  readonly accessUrl: string;
  readonly host: string;
  readonly port: number;
  readonly account: string;
  readonly faults: FaultRegistry;
  readonly stats: EmulatorStats;
  readonly engine: SnowflakeSqlEngine;
  close(): Promise<void>;
}

/**
 * Starts a server that the unmodified snowflake-sdk takes for Snowflake. Rejects when the port is
 * taken, the directory can't be opened, or a user's public key can't be read.
 */
export async function startEmulator(options: EmulatorStart): Promise<Emulator> {
  const users = registerUsers(options.users);
  const account = options.account ?? 'emulator';
  const engine = options.engine ?? (await createSqlEngine(engineOptions(options, account)));
  const spoolDirectory = await mkdtemp(path.join(tmpdir(), 'snowflake-emulator-'));
  let baseUrl = '';
  const context = createContext(options, {
    account,
    users,
    engine,
    spoolDirectory,
    baseUrl: () => baseUrl,
  });
  const app = await createHttpServer(context);
  const close = once(async () => {
    await app.close();
    await Promise.all(context.sessions.all().map((session) => closeSession(context, session)));
    if (options.engine === undefined) await engine.close();
    await rm(spoolDirectory, { recursive: true, force: true });
  });
  try {
    const host = options.host ?? '127.0.0.1';
    const listening = await app.listen({ host, port: options.port ?? 0 });
    baseUrl = (options.publicUrl ?? listening).replace(/\/+$/, '');
    engine.presign = (file, seconds) =>
      baseUrl + context.presigner.sign(`/stage/${encodePath(file)}`, seconds);
    const { faults, stats } = context;
    const port = Number(new URL(listening).port);
    const emulator = { accessUrl: baseUrl, host, port, account, faults, stats, engine, close };
    return { ...emulator, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Parts = Pick<ServerContext, 'account' | 'users' | 'engine' | 'baseUrl'> & {
  readonly spoolDirectory: string;
};

function createContext(options: EmulatorOptions, parts: Parts): ServerContext {
  const { spoolDirectory, ...shared } = parts;
  const log = options.log ?? logInternalErrors;
  const faults = createFaultRegistry();
  const stats = createStats(endpoints);
  const layout = { ...defaultResultLayout, ...options.results };
  return {
    ...shared,
    sessions: createSessionStore({
      sessionSeconds: options.sessionSeconds ?? 3600,
      masterSeconds: options.masterSeconds ?? 14_400,
    }),
    queries: createQueryRegistry(
      { spoolDirectory, layout, faults, log },
      stats,
      options.keptQueries ?? 2000,
    ),
    presigner: createPresigner(),
    transferTokens: createTransferTokens(),
    faults,
    stats,
    log,
    longPollSeconds: options.longPollSeconds ?? 40,
    chunkUrlSeconds: layout.urlSeconds,
  };
}

function engineOptions(options: EmulatorOptions, account: string): SqlEngineOptions {
  const { directory, databases, threads, memoryLimit } = options;
  return {
    account: account.toUpperCase(),
    ...(directory === undefined ? {} : { directory }),
    ...(databases === undefined ? {} : { databases }),
    ...(threads === undefined ? {} : { threads }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  };
}

const logInternalErrors: Log = (event, { error, ...fields }) => {
  if (event !== 'internal-error') return;
  const detail = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${JSON.stringify({ event, ...fields, error: detail })}\n`);
};

/** Percent-encodes the segments of a path, and leaves its slashes. */
function encodePath(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
