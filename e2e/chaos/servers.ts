import { randomUUID } from 'node:crypto';

import {
  createSqlEngine,
  startEmulator,
  type Emulator,
  type FaultInput,
  type SnowflakeSqlEngine,
} from '@snowmelt/snowflake-emulator';
import { startStallProxy, type StallProxy } from '@snowmelt/testkit/network';
import { startPostgres, type TestPostgres } from '@snowmelt/testkit/postgres';
import { Client } from 'pg';

const login = { user: 'CHAOS', password: 'only for chaos' };

/** The two servers, what people do with them, and how they are hurt. */
export class Servers implements AsyncDisposable {
  readonly proxy: StallProxy;
  readonly #engine: SnowflakeSqlEngine;
  readonly #postgres: TestPostgres;
  #emulator: Emulator;
  /** At most one crash at a time: what follows waits for the start. */
  #starting: Promise<unknown> = Promise.resolve();

  private constructor(parts: {
    engine: SnowflakeSqlEngine;
    emulator: Emulator;
    postgres: TestPostgres;
    proxy: StallProxy;
  }) {
    this.#engine = parts.engine;
    this.#emulator = parts.emulator;
    this.#postgres = parts.postgres;
    this.proxy = parts.proxy;
  }

  static async start(): Promise<Servers> {
    const engine = await createSqlEngine({ account: 'CHAOS', databases: ['CHAOS'] });
    const postgres = await startPostgres({ origin: 'embedded' });
    const proxy = await startStallProxy(postgres);
    return new Servers({ engine, emulator: await serve(engine, 0), postgres, proxy });
  }

  get snowflake() {
    const { account, accessUrl } = this.#emulator;
    return { account, access_url: accessUrl, warehouse: 'COMPUTE_WH', ...login };
  }

  async inSnowflake(statements: readonly string[]): Promise<void> {
    const session = await this.#engine.openSession({ user: login.user });
    try {
      for (const sql of statements) {
        const result = await session.execute(
          { queryId: randomUUID(), sql },
          new AbortController().signal,
        );
        await Array.fromAsync(result.batches);
      }
    } finally {
      await session.close();
    }
  }

  createDatabase(name: string): Promise<string> {
    return this.#postgres.createDatabase(name);
  }

  async dropDatabase(name: string): Promise<void> {
    await this.withPostgres(this.#postgres.url, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    );
  }

  /** On a connection of its own, past the proxy. */
  async withPostgres<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
    await this.#starting;
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  crashPostgres(): Promise<void> {
    return this.#oneByOne(async () => {
      if (this.#postgres.crash === undefined) throw new Error('not an embedded server');
      await this.#postgres.crash();
    });
  }

  /** Its sessions, queries and kept results are gone, its data are not. */
  crashSnowflake(): Promise<void> {
    return this.#oneByOne(async () => {
      const { port } = this.#emulator;
      await this.#emulator.close();
      this.#emulator = await serve(this.#engine, port);
    });
  }

  addFault(fault: FaultInput): void {
    this.#emulator.faults.add(fault);
  }

  /** From now on nothing is wrong. */
  async heal(): Promise<void> {
    await this.#starting;
    this.#emulator.faults.clear();
  }

  #oneByOne(work: () => Promise<void>): Promise<void> {
    const done = this.#starting.then(work);
    this.#starting = done;
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#starting.catch(() => undefined);
    await this.proxy[Symbol.asyncDispose]();
    await this.#emulator.close();
    await this.#engine.close();
    await this.#postgres.stop();
  }
}

function serve(engine: SnowflakeSqlEngine, port: number): Promise<Emulator> {
  const users = [{ name: login.user, password: login.password }];
  // Small results, so that there are parts to be lost.
  const results = { firstChunkBytes: 8192, chunkBytes: 16_384, inlineRows: 50, anyChunkSize: true };
  return startEmulator({ engine, users, port, account: 'CHAOS', results });
}
