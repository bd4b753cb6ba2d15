import { type ChunkPlan, deleteMissingOf, type TablePlan, type WholeTarget } from '@snowmelt/core';
import type { Outage } from '@snowmelt/pg-connection';
import { testContext } from '@snowmelt/testkit/context';
import { startStatementCutter, type Cut } from '@snowmelt/testkit/postgres';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connectionOf, csv, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();
const rows = csv(Array.from({ length: 30 }, (_, id) => [String(id + 1), `name ${id}`]));
const keys = csv(Array.from({ length: 30 }, (_, id) => [String(id + 1)]));

/** Cuts at each so-manieth different statement, once; every other one after it was done. */
function everyNth(nth: number, from: number) {
  const seen = new Set<string>();
  const cuts: string[] = [];
  const cutAt = (sql: string): Cut | undefined => {
    // The chunk's transaction has read its source: whoever leased it tries it again.
    if (seen.has(sql) || sql.includes('synchronous_commit = ')) return undefined;
    seen.add(sql);
    if ((seen.size + from) % nth !== 0) return undefined;
    cuts.push(sql);
    return cuts.length % 2 === 0 ? 'after' : 'before';
  };
  return { cutAt, cuts };
}

describe('P4: a connection that breaks outside of a chunk fails nothing', () => {
  const on = freshBench({}, async () => {
    await on.sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, name text);
      CREATE INDEX t_name ON t (name);
      INSERT INTO t SELECT n, 'old' FROM generate_series(101, 110) n`);
  });
  const modes: Readonly<Record<string, Partial<TablePlan>>> = {
    append: { mode: 'append', rebuildIndexes: true },
    truncate: { mode: 'truncate', rebuildIndexes: true },
    swap: { mode: 'swap' },
    'upsert with delete_missing': {
      mode: 'upsert',
      keyColumns: ['id'],
      deleteMissing: { how: 'hard', keys: { extract: 'query' } },
    },
  };

  /** As the engine does with a chunk. */
  async function load(target: WholeTarget, plan: TablePlan, chunk: ChunkPlan, content: string) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await target.load(plan, chunk, opening(content, 30), context);
      } catch (error) {
        if ((error as { retry?: string }).retry !== 'chunk' || tries === 9) throw error;
      }
    }
  }

  async function goTheWay(target: WholeTarget, plan: TablePlan) {
    const { database } = on.database;
    await target.ping(database, context);
    const existing = await target.describe(plan.target, context);
    await target.check(plan, existing, context);
    const prepared = await target.prepare(plan, context);
    await load(target, plan, chunkOf('c1'), rows);
    if (deleteMissingOf(plan) !== undefined) {
      await load(target, plan, { ...chunkOf('keys/c1'), of: 'keys' }, keys);
    }
    const receipts = await target.receipts(plan, context);
    const published = await target.publish(plan, context);
    const digest = await target.digests.digest(plan, context);
    return { prepared, receipts: receipts.length, published, digest };
  }

  // The others with SNOWMELT_ALL_CUTS=1, and in e2e/test/broken-line.e2e.test.ts.
  const all = process.env['SNOWMELT_ALL_CUTS'] !== undefined;
  const seeds = all ? [0, 1, 2, 3, 4, 5] : [3];
  const some = Object.entries(modes).filter(([mode]) => all || mode === 'truncate');
  for (const [mode, parts] of some) {
    for (const from of seeds) {
      it(`${mode}, cut at statements ${from}, ${from + 6}, …`, async () => {
        const { cutAt, cuts } = everyNth(6, from);
        await using proxy = await startStatementCutter(on.database, cutAt);
        const outages: Outage[] = [];
        await using far = createPostgresTarget({
          connection: { ...connectionOf(on.database), host: proxy.host, port: proxy.port },
          onOutage: (outage) => outages.push(outage),
        });
        const plan = planFor(on.database, parts);
        const gone = await goTheWay(far, plan);
        expect(cuts.length).toBeGreaterThan(3);
        expect(outages.length).toBeGreaterThanOrEqual(3);
        const kept = mode === 'append' ? 10 : 0;
        const { rows: stored } = await on.sql.query(
          `SELECT count(*)::int AS n, count(*) FILTER (WHERE name = 'old')::int AS old,
                  (SELECT count(*)::int FROM pg_index WHERE indrelid = 't'::regclass) AS indexes
           FROM t`,
        );
        expect(stored).toEqual([{ n: 30 + kept, old: kept, indexes: 2 }]);
        expect(gone).toMatchObject({
          published: { rows: 30 },
          digest: { rows: 30 + kept },
          receipts: deleteMissingOf(plan) === undefined ? 1 : 2,
        });
        if (deleteMissingOf(plan) !== undefined) {
          expect(gone.published.missing).toMatchObject({ rows: 10 });
        }
      });
    }
  }

  it('the answer to each COMMIT is lost: what is done already is found, and not done twice', async () => {
    const seen = { commits: 0 };
    const cutAt = (sql: string): Cut | undefined => {
      if (sql !== 'COMMIT') return undefined;
      seen.commits += 1;
      return seen.commits % 2 === 1 ? 'after' : undefined;
    };
    await using proxy = await startStatementCutter(on.database, cutAt);
    await using far = createPostgresTarget({
      connection: { ...connectionOf(on.database), host: proxy.host, port: proxy.port },
    });
    const plan = planFor(on.database, { mode: 'append', rebuildIndexes: true });
    const gone = await goTheWay(far, plan);
    expect(seen.commits).toBeGreaterThan(16);
    expect(gone).toMatchObject({ published: { rows: 30 }, digest: { rows: 40 } });
  });

  it('a role without a connection left is waited for, told, and not for ever', async () => {
    await on.sql.query(`CREATE ROLE crowded LOGIN PASSWORD 'crowded' CONNECTION LIMIT 0`);
    const outages: Outage[] = [];
    await using target = createPostgresTarget({
      connection: { ...connectionOf(on.database), user: 'crowded', password: 'crowded' },
      outageSeconds: 0.3,
      onOutage: (outage) => outages.push(outage),
    });
    try {
      await expect(target.ping(on.database.database, context)).rejects.toMatchObject({
        code: 'TARGET.RESOURCES',
        fix: expect.stringContaining('ALTER ROLE "crowded" CONNECTION LIMIT') as string,
      });
      expect(outages[0]?.message).toContain('too many connections for role');
    } finally {
      await on.sql.query('DROP ROLE crowded');
    }
  });
});
