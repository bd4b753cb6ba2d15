import {
  runMigration,
  SnowmeltError,
  type Adapters,
  type RunReport,
  type Source,
  type TableJob,
  type Target,
} from '@snowmelt/core';
import { startDemo, type Demo } from '@snowmelt/demo';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RandomChanges } from './support/random-changes.ts';
import { context, demoSource, inSnowflake } from './support/demo.ts';

/** `SNOWMELT_SEED=123` repeats a failure. */
const seed = Number(process.env['SNOWMELT_SEED'] ?? Date.now() % 1_000_000);
const rounds = 20;

const columns = `ID NUMBER(9,0) NOT NULL, "Second Key" VARCHAR NOT NULL, V VARCHAR, N NUMBER(38,4),
  AT TIMESTAMP_TZ(6), J VARIANT`;

describe(`changes: cdc (seed ${seed})`, () => {
  let demo: Demo;
  let postgres: Client;
  let forgotten: string | undefined;

  beforeAll(async () => {
    demo = await startDemo({ tables: [] });
    postgres = new Client({ connectionString: demo.databaseUrl });
    await postgres.connect();
  }, 120_000);

  afterAll(async () => {
    await postgres?.end();
    await demo?.[Symbol.asyncDispose]();
  });

  it.each(['query', 'unload'] as const)(
    'P1: after each of many rounds of changes the target is the source, read by %s',
    async (extract) => {
      const table = `ROUNDS_${extract.toUpperCase()}`;
      await create(table);
      const changes = new RandomChanges(table, seed);
      let read = 0;
      for (let round = 0; round < rounds; round += 1) {
        await snowflake(...changes.next());
        const report = await run(table, { read: { ...reading, extract } });
        if (round > 0) expect(report.notices.join(), `round ${round}`).toMatch(/has changed since/);
        expect(report).toMatchObject({ status: 'completed', verified: true, extract });
        expect(await stored(table), `seed ${seed}, round ${round}`).toEqual(await source(table));
        read += round === 0 ? 0 : report.rows;
      }
      expect(read).toBeGreaterThan(rounds);
      expect(await leftovers()).toEqual([]);
    },
    120_000,
  );

  it('reads nothing where nothing has changed', async () => {
    await create('STILL', `(1, 'a', 'v', 1, NULL, NULL)`);
    expect(await run('STILL')).toMatchObject({ status: 'completed', rows: 1 });
    for (let again = 0; again < 2; again += 1) {
      const report = await run('STILL');
      expect(report).toMatchObject({ status: 'completed', rows: 0, verified: true });
    }
    expect(await stored('STILL')).toEqual(await source('STILL'));
  });

  it('P1: a target that holds other rows is made equal by the first run', async () => {
    await create('FIRST', `(1, 'a', 'v', 1, NULL, NULL)`);
    await run('FIRST');
    await postgres.query(`DELETE FROM snowmelt.table_ledger WHERE target_table = 'first'`);
    await postgres.query(`INSERT INTO changes.first VALUES (7, 'x'), (8, 'y')`);
    const report = await run('FIRST');
    expect(report.notices.join()).toMatch(/reads all rows, which replace those of the target/);
    expect(await stored('FIRST')).toEqual(await source('FIRST'));
  });

  it('P4: a run that stops while it gathers goes on; readers see one snapshot or the other', async () => {
    const rows = Array.from({ length: 40 }, (_, id) => `(${id}, 'a', 'old', ${id}, NULL, NULL)`);
    await create('KILLED', rows.join(', '));
    await run('KILLED');
    const before = await stored('KILLED');
    await snowflake(
      `UPDATE KILLED SET V = 'new' WHERE ID < 30`,
      'DELETE FROM KILLED WHERE ID >= 35',
      `INSERT INTO KILLED SELECT ID + 100, 'b', 'new', N, NULL, NULL FROM KILLED`,
    );
    const failing = async (changed: Partial<Target>) => {
      const report = await migrate('KILLED', { resume: 'auto' }, { target: changed });
      expect(report.error?.code).toBe('TARGET.UNREACHABLE');
      expect(await stored('KILLED')).toEqual(before);
    };
    const gone = async () => Promise.reject(new SnowmeltError('TARGET.UNREACHABLE', 'cut'));
    await failing({ load: gone });
    // All is gathered, and the end is not reached.
    await failing({ publish: gone });
    // What comes to the source now is of the next run.
    await snowflake(`INSERT INTO KILLED VALUES (999, 'later', 'x', 1, NULL, NULL)`);
    expect(await migrate('KILLED', { resume: 'auto' })).toMatchObject({ status: 'completed' });
    expect((await stored('KILLED')).length).toBe((await source('KILLED')).length - 1);
    expect(await run('KILLED')).toMatchObject({ status: 'completed', rows: 1 });
    expect(await stored('KILLED')).toEqual(await source('KILLED'));
  });

  it('P1: after a run that was given up, the next begins at the last completed snapshot', async () => {
    await create('GIVEN_UP', `(1, 'a', 'v', 1, NULL, NULL), (2, 'a', 'v', 1, NULL, NULL)`);
    await run('GIVEN_UP');
    await snowflake(
      'DELETE FROM GIVEN_UP WHERE ID = 1',
      `INSERT INTO GIVEN_UP VALUES (3, 'a', 'v', 1, NULL, NULL)`,
    );
    const gone = async () => Promise.reject(new SnowmeltError('TARGET.UNREACHABLE', 'cut'));
    const stopped = await migrate('GIVEN_UP', { resume: 'never' }, { target: { publish: gone } });
    expect(stopped.status).toBe('failed');
    await snowflake(
      'DELETE FROM GIVEN_UP WHERE ID = 3',
      `INSERT INTO GIVEN_UP VALUES (1, 'a', 'back', 1, NULL, NULL)`,
    );
    expect(await run('GIVEN_UP')).toMatchObject({ status: 'completed', verified: true });
    expect(await stored('GIVEN_UP')).toEqual(await source('GIVEN_UP'));
    expect(await leftovers()).toEqual([]);
  });

  it('P1: a source_filter is asked of both sides of a change', async () => {
    await create('FILTERED', `(1, 'a', 'in', 1, NULL, NULL), (2, 'a', 'out', 1, NULL, NULL)`);
    const filter = `V <> 'out'`;
    await run('FILTERED', { read: { ...reading, filter } });
    await snowflake(
      `UPDATE FILTERED SET V = CASE V WHEN 'in' THEN 'out' ELSE 'in' END`,
      `INSERT INTO FILTERED VALUES (3, 'a', 'out', 1, NULL, NULL), (4, 'a', 'in', 1, NULL, NULL)`,
    );
    await run('FILTERED', { read: { ...reading, filter } });
    expect(await stored('FILTERED')).toEqual(await source('FILTERED', filter));
    const other = { read: { ...reading, filter: `V <> 'in'` } };
    const report = await run('FILTERED', other);
    expect(report.notices.join()).toMatch(/reads all rows/);
    expect(await stored('FILTERED')).toEqual(await source('FILTERED', `V <> 'in'`));
  });

  it.each([
    [
      'the table was made anew',
      (t: string) => [`CREATE OR REPLACE TABLE ${t} (${columns}) CHANGE_TRACKING = TRUE`],
    ],
    [
      'the table was swapped for another',
      (t: string) => [
        `CREATE TABLE ${t}_OTHER (${columns}) CHANGE_TRACKING = TRUE`,
        `ALTER TABLE ${t} SWAP WITH ${t}_OTHER`,
      ],
    ],
    [
      'tracking was off for a while',
      (t: string) => [
        `ALTER TABLE ${t} SET CHANGE_TRACKING = FALSE`,
        `DELETE FROM ${t} WHERE ID = 1`,
        `ALTER TABLE ${t} SET CHANGE_TRACKING = TRUE`,
      ],
    ],
    [
      'the retention has ended',
      (t: string) => {
        forgotten = t;
        return [];
      },
    ],
    [
      'a column was added',
      (t: string) => [`ALTER TABLE ${t} ADD COLUMN EXTRA VARCHAR DEFAULT 'e'`],
    ],
  ])('P1: where %s, all rows are read again, and it is said', async (what, statements) => {
    const table = what.replaceAll(' ', '_').toUpperCase();
    await create(table, `(1, 'a', 'v', 1, NULL, NULL), (2, 'a', 'v', 1, NULL, NULL)`);
    await run(table);
    await snowflake(...statements(table));
    if (forgotten === table) await ageLedger(table);
    await snowflake(`INSERT INTO ${table} (ID, "Second Key") VALUES (5, 'n')`);
    const report = await run(table, { schemaEvolution: 'create_and_add' });
    expect(report.notices.join()).toMatch(/reads all rows, which replace those of the target/);
    expect(report).toMatchObject({ status: 'completed', verified: true });
    expect(await stored(table)).toEqual(await source(table));
    expect((await run(table, { schemaEvolution: 'create_and_add' })).rows).toBe(0);
  });

  it('P8: changes that are lost while a run is open fail it, and a new run reads all rows', async () => {
    await create('LOST', `(1, 'a', 'v', 1, NULL, NULL)`);
    await run('LOST');
    await snowflake(`UPDATE LOST SET V = 'w'`);
    const gone = async () => Promise.reject(new SnowmeltError('SOURCE.UNREACHABLE', 'cut'));
    await migrate('LOST', { resume: 'auto' }, { source: { open: gone } });
    await snowflake(`CREATE OR REPLACE TABLE LOST (${columns}) CHANGE_TRACKING = TRUE`);
    const { error } = await migrate('LOST', { resume: 'auto' });
    expect(error?.code).toBe('SOURCE.CHANGES_UNAVAILABLE');
    expect(error?.fix).toMatch(/--no-resume/);
    expect(await run('LOST')).toMatchObject({ status: 'completed', verified: true });
    expect(await stored('LOST')).toEqual([]);
  });

  it('P1: a full refresh, or an upsert in between, is no base of changes unless it says so', async () => {
    await create('BETWEEN', `(1, 'a', 'v', 1, NULL, NULL)`);
    await run('BETWEEN');
    await run('BETWEEN', { mode: 'truncate' });
    await snowflake(`INSERT INTO BETWEEN VALUES (2, 'a', 'v', 1, NULL, NULL)`);
    expect((await run('BETWEEN')).notices.join()).toMatch(/has changed since/);
    const plain = { mode: 'upsert' as const };
    await migrate('BETWEEN', { resume: 'never', job: plain, changes: false });
    expect((await run('BETWEEN')).notices.join()).toMatch(/reads all rows/);
    expect(await stored('BETWEEN')).toEqual(await source('BETWEEN'));
  });

  it('P8: tracking that is off, a view, a table without past: each says what to do', async () => {
    await snowflake(
      `CREATE TABLE OFF (${columns})`,
      `CREATE TABLE NO_PAST (${columns}) CHANGE_TRACKING = TRUE DATA_RETENTION_TIME_IN_DAYS = 0`,
      'CREATE VIEW LOOK AS SELECT * FROM OFF',
      'CREATE TABLE PLACES (ID NUMBER(9,0) NOT NULL, "Second Key" VARCHAR, G GEOGRAPHY) CHANGE_TRACKING = TRUE',
    );
    const failure = async (table: string) => {
      const { error } = await migrate(table, { resume: 'never', job: { snapshot: 'auto' } });
      expect(error?.code).toBe('SOURCE.CHANGES_UNAVAILABLE');
      return `${error?.message} ${error?.fix}`;
    };
    expect(await failure('OFF')).toMatch(
      /ALTER TABLE "VEGA"."PUBLIC"."OFF" SET CHANGE_TRACKING = TRUE/,
    );
    expect(await failure('NO_PAST')).toMatch(/DATA_RETENTION_TIME_IN_DAYS is 0/);
    expect(await failure('LOOK')).toMatch(/no table/);
    expect(await failure('PLACES')).toMatch(/geospatial/);
  });

  it('P1: a key that two source rows have is refused, and the old rows stay', async () => {
    await create('TWICE', `(1, 'a', 'v', 1, NULL, NULL)`);
    await run('TWICE');
    const before = await stored('TWICE');
    await snowflake(
      `INSERT INTO TWICE VALUES (2, 'a', 'x', 1, NULL, NULL), (2, 'a', 'y', 1, NULL, NULL)`,
    );
    const refused = await migrate('TWICE', { resume: 'never' });
    expect(refused.error?.code).toBe('TARGET.ROW_REJECTED');
    expect(await stored('TWICE')).toEqual(before);
    // One of them was there before: no change tells it, the counts do.
    await snowflake(
      'DELETE FROM TWICE WHERE ID = 2',
      `INSERT INTO TWICE VALUES (1, 'a', 'z', 1, NULL, NULL)`,
    );
    const counted = await migrate('TWICE', { resume: 'never', job: { verify: 'count' } });
    expect(counted.error?.code).toBe('RUN.VERIFY_FAILED');
  });

  /** As if the last run had been a year ago. */
  async function ageLedger(table: string): Promise<void> {
    const sql = `UPDATE snowmelt.table_ledger SET held_snapshot = '2020-01-01T00:00:00.000000000+00:00'
      WHERE held_snapshot IS NOT NULL AND target_table = $1`;
    await postgres.query(sql, [table.toLowerCase()]);
  }

  const reading = {
    extract: 'auto',
    chunkColumns: [],
    sortColumns: [],
    batchRows: 25_000,
  } as const;

  async function snowflake(...statements: readonly string[]): Promise<void> {
    await inSnowflake(demo, ...statements);
  }

  async function create(table: string, rows?: string): Promise<void> {
    await snowflake(`CREATE TABLE ${table} (${columns}) CHANGE_TRACKING = TRUE`);
    if (rows !== undefined) await snowflake(`INSERT INTO ${table} SELECT * FROM VALUES ${rows}`);
  }

  /** A new run that must come to its end. */
  async function run(table: string, job: Partial<TableJob> = {}) {
    const report = await migrate(table, { resume: 'never', job });
    if (report.error !== undefined) throw report.error;
    return report;
  }

  interface Migration {
    readonly resume: 'never' | 'auto';
    readonly job?: Partial<TableJob>;
    readonly changes?: boolean;
  }

  /** One process of a run; parts of its adapters may be others. */
  async function migrate(
    table: string,
    { resume, job, changes = true }: Migration,
    broken: { source?: Partial<Source>; target?: Partial<Target> } = {},
  ) {
    await using source = demoSource(demo);
    await using target = createPostgresTarget({ connection: { url: demo.databaseUrl } });
    await using status = createPostgresStatusStore({ connection: { url: demo.databaseUrl } });
    const adapters: Adapters = {
      source: { ...source, ...broken.source },
      target: { ...target, ...broken.target },
      status,
    };
    const request = {
      jobs: [{ ...jobFor(table), ...(changes ? { changes } : {}), ...job }],
      configHash: table,
      executionHash: table,
      resume: resume === 'auto' ? { mode: resume, maxAgeHours: 1 } : { mode: resume },
      parallelThreads: 2,
    };
    return tableOf(await runMigration(request, adapters, context));
  }

  function jobFor(table: string): TableJob {
    return {
      key: table,
      sourceName: 'e2e',
      source: { database: 'VEGA', schema: 'PUBLIC', name: table },
      target: { database: database(), schema: 'changes', name: table.toLowerCase() },
      mode: 'changes',
      uniqueness: ['ID', 'Second Key'],
      read: reading,
      columns: { exclude: [], mapping: {} },
      parallelThreads: 2,
      maxRetryAttempts: 2,
      schemaEvolution: 'create',
      truncateCascade: false,
      snapshot: 'required',
      verify: 'digest',
      hash: table,
      notices: [],
    };
  }

  function database(): string {
    return new URL(demo.databaseUrl).pathname.slice(1);
  }

  async function stored(table: string): Promise<string[][]> {
    const name = `changes."${table.toLowerCase()}"`;
    const text = `SELECT concat_ws('|', id, "Second Key", coalesce(v, 'NULL'), coalesce(n::text, 'NULL'))
      FROM ${name} ORDER BY id, "Second Key" COLLATE "C"`;
    return (await postgres.query<string[]>({ text, rowMode: 'array' })).rows;
  }

  /** What the emulator's own engine says the source holds now. */
  async function source(table: string, filter = 'TRUE'): Promise<(string | null)[][]> {
    return inSnowflake(
      demo,
      `SELECT ID || '|' || "Second Key" || '|' || COALESCE(V, 'NULL') || '|' || COALESCE(TO_VARCHAR(N), 'NULL')
       FROM ${table} WHERE ${filter} ORDER BY ID, "Second Key"`,
    );
  }

  /** Tables in which runs have gathered rows. */
  async function leftovers(): Promise<unknown[]> {
    const sql = `SELECT c.relname FROM pg_class c WHERE relname LIKE 'shadow%' AND relkind = 'r'`;
    return (await postgres.query(sql)).rows;
  }
});

function tableOf({ tables: [table] }: RunReport) {
  if (table === undefined) throw new Error('the report has no table');
  return table;
}
