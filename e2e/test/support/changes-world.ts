import {
  runMigration,
  type Adapters,
  type RunReport,
  type WholeSource,
  type TableJob,
  type Loading,
  type TablePlan,
} from '@snowmelt/core';
import { startDemo, type Demo } from '@snowmelt/demo';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { changeLoading } from '@snowmelt/testkit/memory';
import { Client } from 'pg';

import { demoJob } from './demo-job.ts';
import { context, demoSource, inSnowflake, type LateStatement } from './demo.ts';

/** Of every table here; the key is ID and "Second Key". */
export const columns = `ID NUMBER(9,0) NOT NULL, "Second Key" VARCHAR NOT NULL, V VARCHAR, N NUMBER(38,4),
  AT TIMESTAMP_TZ(6), J VARIANT`;

export const reading = {
  extract: 'auto',
  chunkColumns: [],
  sortColumns: [],
  batchRows: 25_000,
} as const;

interface Migration {
  readonly resume: 'never' | 'auto';
  readonly job?: Partial<TableJob>;
  readonly changes?: boolean;
  readonly snapshotDelay?: number;
}

/** The real adapters, and tables that are kept by their changes. */
export class ChangesWorld {
  readonly demo: Demo;
  readonly postgres: Client;

  private constructor(demo: Demo, postgres: Client) {
    this.demo = demo;
    this.postgres = postgres;
  }

  static async start(): Promise<ChangesWorld> {
    const demo = await startDemo({ tables: [] });
    const postgres = new Client({ connectionString: demo.databaseUrl });
    await postgres.connect();
    return new ChangesWorld(demo, postgres);
  }

  async stop(): Promise<void> {
    await this.postgres.end();
    await this.demo[Symbol.asyncDispose]();
  }

  /** As if the last run had been a year ago. */
  async ageLedger(table: string): Promise<void> {
    const sql = `UPDATE snowmelt.table_ledger SET held_snapshot = '2020-01-01T00:00:00.000000000+00:00'
      WHERE held_snapshot IS NOT NULL AND target_table = $1`;
    await this.postgres.query(sql, [table.toLowerCase()]);
  }

  /** The snapshots that the ledger says the target holds the rows of; of them one can be meant. */
  async heldPoints(table: string): Promise<string[]> {
    const sql = `SELECT held_snapshot AS at FROM snowmelt.table_ledger
      WHERE held_snapshot IS NOT NULL AND superseded_by IS NULL AND target_table = $1`;
    const { rows } = await this.postgres.query<{ at: string }>(sql, [table.toLowerCase()]);
    return rows.map(({ at }) => at);
  }

  async snowflake(...statements: readonly (string | LateStatement)[]): Promise<void> {
    await inSnowflake(this.demo, ...statements);
  }

  async create(table: string, rows?: string): Promise<void> {
    await this.snowflake(`CREATE TABLE ${table} (${columns}) CHANGE_TRACKING = TRUE`);
    if (rows !== undefined)
      await this.snowflake(`INSERT INTO ${table} SELECT * FROM VALUES ${rows}`);
  }

  /** A new run that must come to its end. */
  async run(table: string, job: Partial<TableJob> = {}) {
    const report = await this.migrate(table, { resume: 'never', job });
    if (report.error !== undefined) throw report.error;
    return report;
  }

  /** One process of a run; parts of its adapters may be others. */
  async migrate(
    table: string,
    { resume, job, changes = true, snapshotDelay = 0 }: Migration,
    broken: { source?: Partial<WholeSource>; target?: Partial<Loading<TablePlan>> } = {},
  ) {
    await using source = demoSource(this.demo);
    await using target = createPostgresTarget({ connection: { url: this.demo.databaseUrl } });
    await using status = createPostgresStatusStore({ connection: { url: this.demo.databaseUrl } });
    const adapters: Adapters = {
      source: { ...source, ...broken.source },
      target: changeLoading(target, broken.target ?? {}),
      status,
    };
    const request = {
      jobs: [{ ...this.#jobFor(table), ...(changes ? { changes } : {}), ...job }],
      configHash: table,
      executionHash: table,
      resume: resume === 'auto' ? { mode: resume, maxAgeHours: 1 } : { mode: resume },
      parallelThreads: 2,
      snapshotDelay,
    };
    return tableOf(await runMigration(request, adapters, context));
  }

  #jobFor(table: string): TableJob {
    const from = { databaseUrl: this.demo.databaseUrl, table, targetSchema: 'changes' };
    return demoJob(from, {
      mode: 'changes',
      uniqueness: ['ID', 'Second Key'],
      read: reading,
    });
  }

  async stored(table: string): Promise<string[][]> {
    const name = `changes."${table.toLowerCase()}"`;
    const text = `SELECT concat_ws('|', id, "Second Key", coalesce(v, 'NULL'), coalesce(n::text, 'NULL'))
      FROM ${name} ORDER BY id, "Second Key" COLLATE "C"`;
    return (await this.postgres.query<string[]>({ text, rowMode: 'array' })).rows;
  }

  /** What the emulator's own engine says the source holds now, or `at` a point. */
  async source(table: string, filter = 'TRUE', at = ''): Promise<(string | null)[][]> {
    return inSnowflake(
      this.demo,
      `SELECT ID || '|' || "Second Key" || '|' || COALESCE(V, 'NULL') || '|' || COALESCE(TO_VARCHAR(N), 'NULL')
       FROM ${table} ${at} WHERE ${filter} ORDER BY ID, "Second Key"`,
    );
  }

  /** Tables in which runs have gathered rows. */
  async leftovers(): Promise<unknown[]> {
    const sql = `SELECT c.relname FROM pg_class c WHERE relname LIKE 'shadow%' AND relkind = 'r'`;
    return (await this.postgres.query(sql)).rows;
  }
}

function tableOf({ tables: [table] }: RunReport) {
  if (table === undefined) throw new Error('the report has no table');
  return table;
}
