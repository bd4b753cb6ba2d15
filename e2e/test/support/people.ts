import {
  runMigration,
  type Adapters,
  type RunReport,
  type TableJob,
  type TablePlan,
} from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import {
  aroundCalls,
  dying,
  Killed,
  memorySource,
  MemoryWarehouse,
} from '@snowmelt/testkit/memory';
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

const marked = { watermark: { source: 'VERSION', target: 'version', overlapSeconds: 0 } };
const modes = {
  append: { mode: 'append' },
  'append by watermark': { mode: 'append', ...marked },
  truncate: { mode: 'truncate' },
  swap: { mode: 'swap' },
  upsert: { mode: 'upsert', uniqueness: ['ID'] },
  'upsert by watermark': { mode: 'upsert', uniqueness: ['ID'], ...marked },
  'insert-only': { mode: 'insert-only', uniqueness: ['ID'] },
  changes: { mode: 'changes', uniqueness: ['ID'], changes: true },
} as const satisfies Record<string, Partial<TableJob>>;

export type ModeName = keyof typeof modes;
export const modeNames = Object.keys(modes) as readonly ModeName[];

export interface Command {
  readonly killAt?: number;
  readonly noResume?: boolean;
  /** What people do in the middle of it: at the nth call of an adapter, or before it is published. */
  readonly hand?: { readonly at: number; readonly sql: string };
}

/** A PostgreSQL in which people do things to one table after the other. */
export interface Place extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly sql: Client;
}

export async function placeForPeople(): Promise<Place> {
  const database = await testDatabase();
  const sql = new Client({ connectionString: database.url });
  sql.on('error', () => undefined);
  await sql.connect();
  return {
    database,
    sql,
    async [Symbol.asyncDispose]() {
      await sql.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** One table on its way, and people at it. */
export class People {
  readonly warehouse = new MemoryWarehouse();
  readonly sql: Client;
  readonly #database: TestDatabase;
  readonly #mode: ModeName;
  #plan: TablePlan | undefined;
  #edited: Partial<TableJob> = {};
  #batchRows = 5;
  #edits = 0;
  #table = false;

  private constructor({ database, sql }: Place, mode: ModeName) {
    this.#database = database;
    this.sql = sql;
    this.#mode = mode;
  }

  static async begin(place: Place, mode: ModeName): Promise<People> {
    const schemas = 'snowmelt, migration_status';
    await place.sql.query(`DROP TABLE IF EXISTS t, other; DROP SCHEMA IF EXISTS ${schemas} CASCADE;
      CREATE TABLE t (id bigint NOT NULL, version bigint, text text)`);
    const people = new People(place, mode);
    if (people.isKeyed) await place.sql.query('ALTER TABLE t ADD PRIMARY KEY (id)');
    return people;
  }

  get isKeyed(): boolean {
    const rules: Partial<TableJob> = modes[this.#mode];
    return rules.uniqueness !== undefined;
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

  /** What decides nothing about which rows come to stand in the table. */
  edit(random: Random): void {
    const edits: readonly Partial<TableJob>[] = [
      {},
      { parallelThreads: 1 },
      { verify: 'off' },
      { snapshot: 'required' },
      { schemaEvolution: 'create_and_add' },
      { rejects: { limit: 3 } },
    ];
    if (random.below(2) === 0) this.#batchRows = 3 + random.below(8);
    // Rows that were left out could be no base of changes.
    const edited = random.of(this.#mode === 'changes' ? edits.slice(0, 2) : edits);
    this.#edited = { ...edited, hash: `edited ${this.#edits}` };
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
      emptiesOthers: false,
      snapshot: 'auto',
      verify: 'count',
      hash: `${this.#mode} ${this.#batchRows}`,
      notices: [],
      ...rules,
      ...this.#edited,
    };
  }

  /** As others do it, in a session of theirs. */
  async hand(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.#database.url });
    await client.connect();
    try {
      await client.query(sql);
    } catch (error) {
      // The table or schema may be gone already.
      if (!/does not exist/.test(String(error))) throw error;
    } finally {
      await client.end();
    }
  }

  /** One command, in a process of its own. `undefined`: it was killed. */
  async command({ killAt, noResume, hand }: Command = {}): Promise<RunReport | undefined> {
    const { url } = this.#database;
    const job = this.#job();
    await using target = createPostgresTarget({ connection: { url } });
    await using status = createPostgresStatusStore({ connection: { url } });
    const living = { source: memorySource({ warehouse: this.warehouse }), target, status };
    const touched = hand === undefined ? living : this.#touched(living, hand);
    const adapters = killAt === undefined ? touched : dying(touched, killAt).adapters;
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

  #touched<A extends Adapters>(adapters: A, { at, sql }: NonNullable<Command['hand']>) {
    let calls = 0;
    let done = false;
    const wrap = <T extends object>(adapter: T): T =>
      aroundCalls(adapter, (name, call) => {
        // What these give is no promise.
        if (name === 'fractionDigits' || name === 'plan' || name === 'extract') return call();
        calls += 1;
        if (done || (calls < at && name !== 'publish')) return call();
        done = true;
        return this.hand(sql).then(call);
      });
    const { source, target, status } = adapters;
    return { source: wrap(source), target: wrap(target), status: wrap(status) };
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
}
