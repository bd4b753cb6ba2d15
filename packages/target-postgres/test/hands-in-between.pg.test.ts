import {
  runMigration,
  type Adapters,
  type RunReport,
  type TableJob,
  type Target,
} from '@snowmelt/core';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import {
  aroundCalls,
  Killed,
  memorySource,
  MemoryStatusState,
  memoryStatusStore,
  MemoryWarehouse,
} from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { column, connect, integer, text } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const source = { database: 'SRC', schema: 'PUBLIC', name: 'T' };
const rowsTo = (count: number) => Array.from({ length: count }, (_, id) => [id, id, 'ours']);

const modes = {
  append: { mode: 'append' },
  upsert: { mode: 'upsert', uniqueness: ['ID'] },
  'insert-only': { mode: 'insert-only', uniqueness: ['ID'] },
} as const satisfies Record<string, Partial<TableJob>>;
type ModeName = keyof typeof modes;

const theirs = (version: number) => `INSERT INTO t VALUES (-1, ${version}, 'theirs')`;
/** Rows 0 to 11 are of a run before; the one in hand brings 12 to 23. */
const taking: Readonly<Record<string, string>> = {
  TRUNCATE: 'TRUNCATE t',
  'DELETE of all': 'DELETE FROM t',
  'DELETE of what lies before the bound': 'DELETE FROM t WHERE version <= 11',
  'DELETE of the newest of before': 'DELETE FROM t WHERE version BETWEEN 9 AND 11',
  'DROP and CREATE': `CREATE TABLE other (LIKE t INCLUDING ALL); DROP TABLE t;
    ALTER TABLE other RENAME TO t`,
  'TRUNCATE and a row of others, newer': `TRUNCATE t; ${theirs(1000)}`,
  'TRUNCATE and a row of others, older': `TRUNCATE t; ${theirs(5)}`,
  'DELETE and a row of others, older': `DELETE FROM t; ${theirs(5)}`,
  'DELETE of the newest of before, and a row of others': `
    DELETE FROM t WHERE version BETWEEN 9 AND 11; ${theirs(10)}`,
};
const leaving: Readonly<Record<string, string>> = {
  'VACUUM FULL': 'VACUUM FULL t',
  'a copy in its place': `CREATE TABLE other (LIKE t INCLUDING ALL); INSERT INTO other SELECT * FROM t;
    DROP TABLE t; ALTER TABLE other RENAME TO t`,
  'retention of old rows': 'DELETE FROM t WHERE version < 4',
  'a column more': 'ALTER TABLE t ADD COLUMN more int DEFAULT 7',
  'a row of others, newer': theirs(1000),
  'a row of others, older': theirs(5),
};

/** When the hand comes: at the first call of the target's method, or in place of one that dies. */
const moments = {
  'between two runs': undefined,
  'before it is prepared': { at: 'prepare' },
  'while it is loaded': { at: 'load' },
  'before it is published': { at: 'publish' },
  'between stop and resume, nothing loaded': { at: 'load', dies: 1 },
  'between stop and resume': { at: 'load', dies: 3 },
} as const;
type Moment = keyof typeof moments;

describe('P1: what people do to a table that is read from a bound', () => {
  const on = sharedBench();

  /** A connection of its own, as theirs is: the server counts its deletes when it ends. */
  async function hand(sql: string): Promise<void> {
    const client = await connect(on.database);
    await client.query(sql);
    await client.end();
  }

  async function begin(mode: ModeName) {
    await on.sql.query(`DROP TABLE IF EXISTS t, other; DROP SCHEMA IF EXISTS snowmelt CASCADE;
      CREATE TABLE t (id bigint NOT NULL, version bigint, text text)`);
    if (mode !== 'append') await on.sql.query('ALTER TABLE t ADD PRIMARY KEY (id)');
    const columns = [column('ID', integer), column('VERSION', integer), column('TEXT', text)];
    const warehouse = new MemoryWarehouse([{ ref: source, columns, rows: rowsTo(12) }]);
    const state = new MemoryStatusState();
    const job: TableJob = {
      key: 'T',
      sourceName: 's',
      source,
      target: { database: on.database.database, schema: 'public', name: 't' },
      watermark: { source: 'VERSION', target: 'version', overlapSeconds: 0 },
      read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 4 },
      columns: { exclude: [], mapping: {} },
      uniqueness: [],
      parallelThreads: 1,
      maxRetryAttempts: 1,
      schemaEvolution: 'create',
      emptiesOthers: false,
      snapshot: 'auto',
      verify: 'count',
      hash: mode,
      notices: [],
      ...modes[mode],
    };
    const command = async (target: Target = on.target): Promise<RunReport | undefined> => {
      const status = memoryStatusStore({ state });
      const adapters: Adapters = { source: memorySource({ warehouse }), target, status };
      const resume = { mode: 'auto', maxAgeHours: 1 } as const;
      const hashes = { configHash: mode, executionHash: mode };
      const request = { jobs: [job], ...hashes, resume, parallelThreads: 1, snapshotDelay: 0 };
      return runMigration(request, adapters, testContext({ clock: fastClock(1000) })).catch(
        (error: unknown) => {
          if (error instanceof Killed) return undefined;
          throw error;
        },
      );
    };
    expect((await command())?.status).toBe('completed');
    warehouse.replaceRows(source, rowsTo(24));
    return command;
  }

  /** The target with a hand in between, once. */
  function between(moment: Moment, sql: string): Target {
    const when = moments[moment];
    let calls = 0;
    // A load that is under way, before its rows are in.
    const comes = when?.at === 'load' ? 2 : 1;
    return aroundCalls(on.target, (name, call) => {
      if (name !== when?.at) return call();
      calls += 1;
      if ('dies' in when) {
        if (calls < when.dies) return call();
        throw new Killed();
      }
      return calls === comes ? hand(sql).then(call) : call();
    });
  }

  /** The table as commands leave it: the statement that a fix prints, then the same command. */
  async function outcome(mode: ModeName, moment: Moment, sql: string) {
    const command = await begin(mode);
    const when = moments[moment];
    if (when === undefined) await hand(sql);
    let report = await command(when === undefined ? on.target : between(moment, sql));
    if (when !== undefined && 'dies' in when) {
      expect(report).toBeUndefined();
      await hand(sql);
      report = await command();
    }
    const fix = report?.tables[0]?.error?.fix;
    if (report?.status !== 'completed') {
      const statement = /(TRUNCATE|DELETE FROM) "[^;]*;/.exec(fix ?? '')?.[0];
      expect(statement, `${report?.tables[0]?.error?.message} ${fix}`).toBeDefined();
      await on.sql.query(statement!);
      report = await command();
    }
    expect(report?.status, report?.tables[0]?.error?.message).toBe('completed');
    const { rows } = await on.sql.query('SELECT id::int, version::int FROM t ORDER BY id');
    return {
      refused: fix !== undefined,
      ours: rows.map(({ id }) => id as number).filter((id) => id >= 0),
      theirs: rows.filter(({ id }) => id < 0).length,
    };
  }

  const all = Array.from({ length: 24 }, (_, id) => id);
  const handsThatTake = Object.entries(taking);
  const handsThatLeave = Object.entries(leaving);
  const [modeNames, momentNames] = [
    Object.keys(modes) as ModeName[],
    Object.keys(moments) as Moment[],
  ];
  const isAll = process.env['SNOWMELT_HANDS'] === 'all';
  /** Each hand once a mode, so that all moments have their turn; SNOWMELT_HANDS=all: each pair. */
  const cases = (hands: readonly (readonly [string, string])[]) =>
    modeNames.flatMap((mode, step) =>
      hands.flatMap(([name, sql], index) =>
        momentNames
          .filter((_, at) => isAll || at === (index + 2 * step) % momentNames.length)
          .map((moment) => ({ mode, name, moment, sql })),
      ),
    );

  it.each(cases(handsThatTake))(
    '$mode: $name, $moment: all rows come again, once',
    async ({ mode, moment, sql }) => {
      const found = await outcome(mode, moment, sql);
      expect(found.ours).toEqual(all);
      if (mode !== 'append') expect(found.refused).toBe(false);
      if (!found.refused) expect(found.theirs).toBe(sql.includes('theirs') ? 1 : 0);
    },
  );

  it.each(cases(handsThatLeave))(
    '$mode: $name, $moment, is no harm',
    async ({ mode, moment, sql, name }) => {
      const found = await outcome(mode, moment, sql);
      const kept = sql.includes('version < 4') ? all.slice(4) : all;
      expect(found.ours.slice(-kept.length)).toEqual(kept);
      expect(new Set(found.ours).size).toBe(found.ours.length);
      // Whose rows a copy holds, an append can't tell once its own are among them.
      if (mode === 'append' && name === 'a copy in its place') return;
      expect(found.refused).toBe(false);
      expect(found.theirs).toBe(sql.includes('theirs') ? 1 : 0);
    },
  );
});
