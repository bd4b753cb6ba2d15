import {
  runMigration,
  type RunReport,
  type StatusStore,
  type TableJob,
  type WholeTarget,
} from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import { memorySource, MemoryWarehouse } from '@snowmelt/testkit/memory';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const keyed = { uniqueness: ['ID'] };
const watermark = { source: 'VERSION', target: 'version', overlapSeconds: 0 };

const modes = {
  append: { mode: 'append' },
  'append by watermark': { mode: 'append', watermark },
  truncate: { mode: 'truncate' },
  swap: { mode: 'swap' },
  upsert: { mode: 'upsert', ...keyed },
  'upsert by watermark': { mode: 'upsert', watermark, ...keyed },
  'insert-only': { mode: 'insert-only', ...keyed },
  'delete missing': { mode: 'upsert', deleteMissing: { how: 'hard' }, ...keyed },
  changes: { mode: 'changes', changes: true, ...keyed },
} as const satisfies Record<string, Partial<TableJob> & Pick<TableJob, 'mode'>>;
type ModeName = keyof typeof modes;

const source = { database: 'SRC', schema: 'PUBLIC', name: 'T' };

type Rows = readonly (readonly (string | number | null)[])[];

describe('columns that are fed no more', () => {
  let database: TestDatabase;
  let sql: Client;
  let target: WholeTarget;
  let status: StatusStore;
  const warehouse = new MemoryWarehouse();

  beforeAll(async () => {
    database = await testDatabase();
    sql = new Client({ connectionString: database.url });
    await sql.connect();
    const connection = { url: database.url };
    target = createPostgresTarget({ connection });
    status = createPostgresStatusStore({ connection });
  });
  afterAll(async () => {
    await sql.end();
    await target[Symbol.asyncDispose]();
    await status[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });
  let made = 0;
  let table = '';
  beforeEach(async () => {
    made += 1;
    table = `t${made}`;
    await sql.query(`CREATE TABLE ${table}
      (id bigint PRIMARY KEY, version bigint, note text, mine text DEFAULT 'mine')`);
  });

  /** From now on the source has these columns beside ID and VERSION; texts, where it is not said. */
  function make(names: readonly string[], rows: Rows): void {
    const columns = ['ID', 'VERSION', ...names].map((name) => {
      const text = name !== 'ID' && name !== 'VERSION';
      return {
        name,
        type: text
          ? ({ kind: 'text' } as const)
          : ({ kind: 'decimal', precision: 18, scale: 0 } as const),
        nativeType: text ? 'VARCHAR' : 'NUMBER(18,0)',
        nullable: name !== 'ID',
        hasDefault: false,
        generated: false,
      };
    });
    warehouse.createTable({ ref: source, columns, rows });
  }

  async function run(mode: ModeName, parts: Partial<TableJob> = {}): Promise<RunReport> {
    const job: TableJob = {
      key: table,
      sourceName: 's',
      source,
      target: { database: database.database, schema: 'public', name: table },
      uniqueness: [],
      read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 100 },
      columns: { exclude: [], mapping: {} },
      parallelThreads: 1,
      maxRetryAttempts: 1,
      schemaEvolution: 'create',
      emptiesOthers: false,
      snapshot: 'auto',
      verify: 'count',
      hash: JSON.stringify([mode, parts]),
      notices: [],
      ...modes[mode],
      ...parts,
    };
    return runMigration(
      {
        jobs: [job],
        configHash: job.hash,
        executionHash: job.hash,
        resume: { mode: 'never' },
        parallelThreads: 1,
        snapshotDelay: 0,
      },
      { source: memorySource({ warehouse }), target, status },
      testContext({ clock: fastClock(1000) }),
    );
  }

  async function stored(columns = 'id, note'): Promise<string[]> {
    const { rows } = await sql.query(
      `SELECT concat_ws(' ', ${columns}) AS row FROM ${table} ORDER BY id`,
    );
    return rows.map(({ row }) => row);
  }

  const names = Object.keys(modes) as ModeName[];
  const first: Rows = [
    [1, 1, 'a'],
    [2, 2, 'b'],
  ];
  const failure = ({ tables }: RunReport) => tables[0]?.error;
  const notices = ({ tables }: RunReport) => tables[0]?.notices.join('\n') ?? '';

  it.each(names)(
    'P1, %s: a column that is gone at the source is refused, and nothing is touched',
    async (mode) => {
      make(['NOTE'], first);
      const begun = await run(mode);
      expect(begun).toMatchObject({ status: 'completed' });
      expect(notices(begun)).toContain('not fed, by this run or an earlier one: mine');
      make(
        [],
        [
          [1, 1],
          [3, 3],
        ],
      );
      const refused = failure(await run(mode));
      expect(refused).toMatchObject({ code: 'TARGET.COLUMN_NOT_FED' });
      expect(refused?.message).toContain(`column note of public.${table}`);
      expect(refused?.message).toContain('T has no column NOTE any more');
      expect(await stored()).toEqual(['1 a', '2 b']);
      const drop = /ALTER TABLE [^;]+;/.exec(refused?.fix ?? '')?.[0] ?? '';
      if (mode === 'append') await sql.query(`DELETE FROM ${table}`);
      await sql.query(drop);
      expect(await run(mode)).toMatchObject({ status: 'completed' });
    },
  );

  it.each(names)('%s: it may be kept, and the report says so each time', async (mode) => {
    make(['NOTE'], first);
    await run(mode);
    make([], [[3, 3]]);
    const columns = { exclude: [], mapping: {}, keep: ['note'] };
    for (const _night of [1, 2]) {
      if (mode === 'append') await sql.query(`DELETE FROM ${table}`);
      const kept = await run(mode, { columns });
      expect(kept).toMatchObject({ status: 'completed' });
      expect(notices(kept)).toContain('kept and not fed, though earlier runs did: note');
    }
  });

  it('a column that is renamed at the source is found, and mapped as the fix says', async () => {
    make(['NOTE'], first);
    await run('upsert');
    for (const renamed of ['NOTE_TEXT', 'REMARK']) {
      make([renamed], [[1, 3, 'c']]);
      const { fix = '' } = failure(await run('upsert')) ?? {};
      expect(fix).toContain(`column_mapping: { "${renamed}": "note" }`);
      const mapping = { [renamed]: 'note' };
      const mapped = await run('upsert', { columns: { exclude: [], mapping } });
      expect(mapped).toMatchObject({ status: 'completed' });
      expect(await stored()).toEqual(['1 c', '2 b']);
    }
  });

  it('a column that is left out by the configuration, or goes elsewhere, is refused as well', async () => {
    make(['NOTE'], first);
    await run('truncate');
    const without = await run('truncate', { columns: { exclude: ['NOTE'], mapping: {} } });
    expect(failure(without)?.message).toContain('columns leaves NOTE behind');
    const elsewhere = { exclude: [], mapping: { NOTE: 'mine' } };
    expect(failure(await run('truncate', { columns: elsewhere }))?.message).toContain(
      'NOTE goes into mine',
    );
    expect(await stored()).toEqual(['1 a', '2 b']);
  });

  it('a column that is renamed in the target is found again', async () => {
    make(['NOTE'], first);
    await run('upsert');
    await sql.query(`ALTER TABLE ${table} RENAME note TO remark`);
    const refused = failure(await run('upsert'));
    expect(refused).toMatchObject({ code: 'TARGET.COLUMN_NOT_FED' });
    expect(refused?.message).toContain(`column remark of public.${table} is note`);
    expect(refused?.fix).toContain('column_mapping: { "NOTE": "remark" }');
  });

  it('the marks of soft deletes are not left to grow stale', async () => {
    await sql.query(`ALTER TABLE ${table} ADD gone_at timestamptz`);
    make(['NOTE'], first);
    const deleteMissing = { how: 'soft', column: 'gone_at' } as const;
    expect(await run('upsert', { deleteMissing })).toMatchObject({ status: 'completed' });
    expect(failure(await run('upsert'))?.message).toContain('marks of delete_missing: soft');
  });

  it('two source tables that share a target feed columns of their own', async () => {
    make(['NOTE'], first);
    await run('upsert');
    make(['MINE'], [[1, 1, 'theirs']]);
    expect(await run('upsert', { key: 'OTHER' })).toMatchObject({ status: 'completed' });
    expect(await stored('id, note, mine')).toEqual(['1 a theirs', '2 b mine']);
  });

  describe('a column that is fed for the first time', () => {
    const more: Rows = [
      [1, 1, 'a', 'x'],
      [2, 2, 'b', 'y'],
    ];
    const adds = { schemaEvolution: 'create_and_add' } as const;

    it.each(['upsert', 'upsert by watermark', 'truncate', 'swap', 'changes'] as const)(
      'P1, %s: rows that are there get it',
      async (mode) => {
        make(['NOTE'], first);
        await run(mode, adds);
        make(['NOTE', 'NEW'], more);
        expect(await run(mode, adds)).toMatchObject({ status: 'completed' });
        expect(await stored('id, new')).toEqual(['1 x', '2 y']);
      },
    );

    it('is filled by the next run where the one that added it broke', async () => {
      make(['NOTE'], first);
      await run('upsert by watermark', adds);
      await sql.query(`ALTER TABLE ${table} ADD CONSTRAINT c CHECK (note <> 'bad')`);
      make(['NOTE', 'NEW'], [...more, [3, 3, 'bad', 'z']]);
      expect(await run('upsert by watermark', adds)).toMatchObject({ status: 'failed' });
      make(['NOTE', 'NEW'], more);
      const filled = await run('upsert by watermark', adds);
      expect(notices(filled)).toContain('reads all rows this once');
      expect(await stored('id, new')).toEqual(['1 x', '2 y']);
      expect(notices(await run('upsert by watermark', adds))).not.toContain('reads all rows');
    });

    it.each(['append by watermark', 'insert-only'] as const)(
      '%s: rows that are there stay without it, and the way to fill them is told and works',
      async (mode) => {
        make(['NOTE'], first);
        await run(mode, adds);
        make(['NOTE', 'NEW'], more);
        const told = notices(await run(mode, adds));
        expect(told).toContain('rows that are there stay without new');
        const empty = /TRUNCATE [^;]+;/.exec(told)?.[0] ?? '';
        await sql.query(empty);
        expect(await run(mode, adds)).toMatchObject({ status: 'completed' });
        expect(await stored('id, new')).toEqual(['1 x', '2 y']);
      },
    );
  });
});
