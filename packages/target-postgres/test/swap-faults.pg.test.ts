import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { dieOnce } from './die-once.ts';
import { chunkOf, connect, connectionOf, csv, opening, planFor, type Bench } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();

function rowsOf(name: string, count: number): string {
  return csv(Array.from({ length: count }, (_, id) => [String(id), name]));
}

const stateSql = `SELECT count(*)::int AS n, string_agg(DISTINCT name, ',') AS names FROM t`;
const old = { n: 100, names: 'old' };
const fresh = { n: 150, names: 'new' };

async function fill({ sql }: Bench): Promise<void> {
  await sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
    CREATE VIEW seen AS SELECT * FROM t;
    INSERT INTO t SELECT n, 'old' FROM generate_series(1, 100) n`);
}

/** The whole way of a table, as a process that knows of nothing goes it. */
async function goTheWay(on: Bench, table: TablePlan, name = 'new', count = 150): Promise<void> {
  // A process that is killed tries nothing again.
  const options = { connection: connectionOf(on.database), outageSeconds: 0 };
  await using target = createPostgresTarget(options);
  await target.prepare(table, context);
  await target.load(table, chunkOf('a'), opening(rowsOf(name, count), count), context);
  await target.publish(table, context);
}

describe('P5: killed at a step of the swap', () => {
  const on = freshBench({}, async () => {
    await fill(on);
    // The ledger, to hang the death on.
    await on.target.prepare(plan({ mode: 'append', run: 'before' }), context);
  });
  const plan = (parts: Partial<TablePlan> = {}) => planFor(on.database, { mode: 'swap', ...parts });
  const state = async () => (await on.sql.query(stateSql)).rows[0];
  const left = async () =>
    (await on.sql.query(`SELECT FROM pg_class WHERE relname LIKE 'shadow%' AND relkind = 'r'`))
      .rowCount;

  const ledger = 'ON snowmelt.table_ledger FOR EACH ROW';
  const steps: Readonly<Record<string, readonly [trigger: string, then: typeof old]>> = {
    'the shadow is made': [`TRIGGER die AFTER UPDATE ${ledger} WHEN (NEW.shadow IS NOT NULL)`, old],
    'a chunk is in': ['TRIGGER die AFTER UPDATE ON snowmelt.chunk_ledger FOR EACH ROW', old],
    'old rows go': ['TRIGGER die BEFORE DELETE ON t FOR EACH ROW WHEN (OLD.id > 50)', old],
    'new rows come': ['TRIGGER die BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.id > 50)', old],
    'all rows are there': ['TRIGGER die AFTER INSERT ON t FOR EACH STATEMENT', old],
    'deferred constraints speak': [
      'CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW',
      old,
    ],
    'the swap is recorded': [
      `TRIGGER die AFTER UPDATE ${ledger} WHEN (NEW.swapped_at IS NOT NULL)`,
      old,
    ],
    'the swap is committed': [
      `TRIGGER die AFTER UPDATE ${ledger} WHEN (NEW.published_at IS NOT NULL)`,
      fresh,
    ],
  };
  for (const [step, [trigger, then]] of Object.entries(steps)) {
    for (const run of ['run-1', 'run-2']) {
      it(`when ${step}: rows are whole, and ${run === 'run-1' ? 'the run goes on' : 'a new run does it'}`, async () => {
        await on.sql.query(dieOnce(trigger));
        await expect(goTheWay(on, plan())).rejects.toMatchObject({
          code: 'TARGET.CONNECTION_LOST',
        });
        expect(await state()).toEqual(then);
        await goTheWay(on, plan({ run }));
        expect(await state()).toEqual(fresh);
        expect(await left()).toBe(0);
      });
    }
  }

  it('P4: many processes publish at once: one swaps, all are told the same', async () => {
    await on.target.prepare(plan(), context);
    await on.target.load(plan(), chunkOf('a'), opening(rowsOf('new', 150)), context);
    const ends = await Promise.all(
      Array.from({ length: 6 }, () => on.target.publish(plan(), context)),
    );
    expect(ends.map(({ rows }) => rows)).toEqual(Array(6).fill(150));
    expect(await state()).toEqual(fresh);
  });

  it('P2: a load in flight and the swap come one after the other', async () => {
    await on.target.prepare(plan(), context);
    const gate = Promise.withResolvers<void>();
    const slow = async () => {
      await gate.promise;
      return opening(rowsOf('new', 150), 150)();
    };
    const loading = on.target.load(plan(), chunkOf('a'), slow, context);
    const waits = async (condition: string) =>
      (
        await on.sql.query(
          `SELECT FROM pg_stat_activity WHERE application_name LIKE 'snowmelt%'
         AND datname = current_database() AND ${condition}`,
        )
      ).rowCount;
    await expect.poll(() => waits(`state = 'idle in transaction'`), { timeout: 5000 }).toBe(1);
    const publishing = on.target.publish(plan(), context);
    await expect.poll(() => waits(`wait_event_type = 'Lock'`), { timeout: 5000 }).toBe(1);
    expect(await state()).toEqual(old);
    gate.resolve();
    await loading;
    await publishing;
    expect(await state()).toEqual(fresh);
  });
});

describe('readers while tables are swapped', () => {
  const on = freshBench({}, async () => {
    await fill(on);
  });
  const plan = (run: string) => planFor(on.database, { mode: 'swap', run });

  /** Reads until it is stopped; every different answer once, in order of first sight. */
  async function readOn(client: Client, sql: string, stop: AbortSignal): Promise<unknown[]> {
    const seen = new Map<string, unknown>();
    while (!stop.aborted) {
      const [row] = (await client.query(sql)).rows;
      seen.set(JSON.stringify(row), row);
    }
    return [...seen.values()];
  }

  it('P5: see the old rows or the new ones, never wait and never fail', async () => {
    await on.sql.query(`
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
      CREATE TRIGGER slow AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION slow();`);
    const stop = new AbortController();
    const readers = await Promise.all(Array.from({ length: 4 }, () => connect(on.database)));
    for (const reader of readers) await reader.query(`SET lock_timeout = '20ms'`);
    const [frozen] = readers;
    await frozen?.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    const reading = readers.map((reader, index) =>
      readOn(
        reader,
        index % 2 === 0 ? stateSql : stateSql.replace('FROM t', 'FROM seen'),
        stop.signal,
      ),
    );
    const all = Promise.all(reading);
    for (const [index, name] of ['new', 'old', 'new'].entries()) {
      await goTheWay(on, plan(`run-${index}`), name, name === 'new' ? 150 : 100);
    }
    stop.abort();
    const [first, ...others] = await all;
    expect(first).toEqual([old]);
    for (const seen of others) expect(seen).toEqual([old, fresh]);
    expect((await on.sql.query(stateSql)).rows).toEqual([fresh]);
    for (const reader of readers) await reader.end();
  });

  it('P1: rows that another session writes meanwhile wait, and go with the next refresh', async () => {
    const writer = await connect(on.database);
    await writer.query(`BEGIN; INSERT INTO t VALUES (1000, 'mine')`);
    const swapping = goTheWay(on, plan('run-1'));
    const waiting = async () =>
      (await on.sql.query(`SELECT FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'`))
        .rowCount;
    await expect.poll(waiting, { timeout: 5000 }).toBe(1);
    expect((await on.sql.query(stateSql)).rows).toEqual([old]);
    await writer.query('COMMIT');
    await swapping;
    expect((await on.sql.query(stateSql)).rows).toEqual([fresh]);
    await writer.end();
  });

  it('P5: a session that holds the table is named, and the old rows stay', async () => {
    const writer = await connect(on.database);
    await writer.query(`BEGIN; INSERT INTO t VALUES (1000, 'mine')`);
    await using target = createPostgresTarget({
      connection: connectionOf(on.database),
      settings: { lockTimeoutSeconds: 0.5 },
    });
    const table = plan('run-1');
    await target.prepare(table, context);
    await target.load(table, chunkOf('a'), opening(rowsOf('new', 150)), context);
    await expect(target.publish(table, context)).rejects.toMatchObject({
      code: 'TARGET.LOCKED',
      message: expect.stringContaining('swap of "public"."t"'),
    });
    await writer.query('ROLLBACK');
    await writer.end();
    expect((await on.sql.query(stateSql)).rows).toEqual([old]);
    await target.publish(table, context);
    expect((await on.sql.query(stateSql)).rows).toEqual([fresh]);
  });
});
