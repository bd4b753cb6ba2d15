import { runMigration, type RunReport, type TableJob, type TablePlan } from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import { dying, Killed, memorySource, MemoryWarehouse } from '@snowmelt/testkit/memory';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { Client } from 'pg';

import type { Random } from './random.ts';

const source = { database: 'SRC', schema: 'PUBLIC', name: 'T' };

const column = (name: string, kind: 'decimal' | 'text') => ({
  name,
  type: kind === 'text' ? ({ kind } as const) : ({ kind, precision: 18, scale: 0 } as const),
  nativeType: kind === 'text' ? 'VARCHAR' : 'NUMBER(18,0)',
  nullable: name !== 'ID',
  hasDefault: false,
  generated: false,
});

const modes = {
  append: { mode: 'append' },
  'append by watermark': {
    mode: 'append',
    watermark: { source: 'VERSION', target: 'version', overlapSeconds: 0 },
  },
  truncate: { mode: 'truncate' },
  swap: { mode: 'swap' },
  upsert: { mode: 'upsert', uniqueness: ['ID'] },
  'insert-only': { mode: 'insert-only', uniqueness: ['ID'] },
} as const satisfies Record<string, Partial<TableJob>>;

export type ModeName = keyof typeof modes;
export const modeNames = Object.keys(modes) as readonly ModeName[];

export interface Command {
  readonly killAt?: number;
  readonly noResume?: boolean;
}

/** One table on its way, with a PostgreSQL of its own, and people at it. */
export class People implements AsyncDisposable {
  readonly warehouse = new MemoryWarehouse();
  readonly sql: Client;
  readonly #database: TestDatabase;
  readonly #mode: ModeName;
  #plan: TablePlan | undefined;
  #batchRows = 5;
  #edits = 0;
  #table = false;

  private constructor(database: TestDatabase, sql: Client, mode: ModeName) {
    this.#database = database;
    this.sql = sql;
    this.#mode = mode;
  }

  static async begin(mode: ModeName): Promise<People> {
    const database = await testDatabase();
    const sql = new Client({ connectionString: database.url });
    sql.on('error', () => undefined);
    await sql.connect();
    await sql.query('CREATE TABLE t (id bigint NOT NULL, version bigint, text text)');
    if (mode === 'upsert' || mode === 'insert-only') {
      await sql.query('ALTER TABLE t ADD PRIMARY KEY (id)');
    }
    return new People(database, sql, mode);
  }

  /** From now on the source holds so many rows, of this text. */
  fill(rows: number, text: string): void {
    const values = Array.from({ length: rows }, (_, id) => [id, id, text]);
    const there = (() => {
      try {
        return this.warehouse.table(source);
      } catch {
        return undefined;
      }
    })();
    if (there !== undefined) return this.warehouse.replaceRows(source, values);
    this.remake(rows, text);
  }

  /** CREATE OR REPLACE TABLE. */
  remake(rows: number, text: string): void {
    const values = Array.from({ length: rows }, (_, id) => [id, id, text]);
    const columns = [column('ID', 'decimal'), column('VERSION', 'decimal'), column('TEXT', 'text')];
    this.warehouse.createTable({ ref: source, columns, rows: values });
  }

  /** The retention of the source is over. */
  forgetPast(): void {
    this.warehouse.forgetPast(source);
  }

  /** What decides nothing about which rows go where. */
  editBatch(random: Random): void {
    this.#batchRows = 3 + random.below(8);
    this.#edits += 1;
  }

  chooseTable(): void {
    this.#table = !this.#table;
  }

  #job(): TableJob {
    const rules: Partial<TableJob> = modes[this.#mode];
    return {
      key: 'T',
      sourceName: 'people',
      source,
      target: { database: this.#database.database, schema: 'public', name: 't' },
      mode: 'append',
      uniqueness: [],
      read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: this.#batchRows },
      columns: { exclude: [], mapping: {} },
      parallelThreads: 2,
      maxRetryAttempts: 2,
      schemaEvolution: 'create',
      truncateCascade: false,
      snapshot: 'auto',
      verify: 'count',
      hash: `${this.#mode} ${this.#batchRows}`,
      notices: [],
      ...rules,
    };
  }

  /** One command, in a process of its own. `undefined`: it was killed. */
  async command({ killAt, noResume }: Command = {}): Promise<RunReport | undefined> {
    const { url } = this.#database;
    const job = this.#job();
    await using target = createPostgresTarget({ connection: { url } });
    await using status = createPostgresStatusStore({ connection: { url } });
    const living = { source: memorySource({ warehouse: this.warehouse }), target, status };
    const adapters = killAt === undefined ? living : dying(living, killAt).adapters;
    const observer = {
      tablePlanned: (plan: TablePlan) => {
        this.#plan = plan;
      },
    };
    try {
      return await runMigration(
        {
          jobs: [job],
          configHash: job.hash,
          executionHash: `${job.hash} ${this.#edits} ${this.#table}`,
          resume: noResume === true ? { mode: 'never' } : { mode: 'auto', maxAgeHours: 168 },
          parallelThreads: 2,
          snapshotDelay: 0,
          observer,
        },
        adapters,
        testContext({ clock: fastClock(1000) }),
      );
    } catch (error) {
      if (error instanceof Killed) return undefined;
      throw error;
    }
  }

  /** Rows of the source at the snapshot of the last plan: `id version text`. */
  expected(): string[] {
    if (this.#plan === undefined) throw new Error('nothing was planned');
    return this.warehouse
      .rows(source, this.#plan.snapshot)
      .map((row) => row.join(' '))
      .sort();
  }

  async stored(): Promise<string[]> {
    const exists = await this.sql.query(`SELECT to_regclass('t') IS NOT NULL AS yes`);
    if (!exists.rows[0].yes) return [];
    const { rows } = await this.sql.query('SELECT id, version, text FROM t');
    return rows.map(({ id, version, text }) => `${id} ${version} ${text}`).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sql.end();
    await this.#database[Symbol.asyncDispose]();
  }
}
