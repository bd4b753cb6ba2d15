import { runMigration, type TableJob } from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { testContext } from '@snowmelt/testkit/context';
import { memorySource, MemoryWarehouse } from '@snowmelt/testkit/memory';
import { startStatementCutter, type Cut } from '@snowmelt/testkit/postgres';
import { testDatabase } from '@snowmelt/testkit/test-database';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';

const ref = { database: 'SRC', schema: 'PUBLIC', name: 'T' };

function warehouseOf(rows: number): MemoryWarehouse {
  const column = (name: string) => ({
    name,
    type: { kind: 'decimal', precision: 18, scale: 0 } as const,
    nativeType: 'NUMBER(18,0)',
    nullable: false,
    hasDefault: false,
    generated: false,
  });
  const warehouse = new MemoryWarehouse();
  const values = Array.from({ length: rows }, (_, id) => [id, id * 2]);
  warehouse.createTable({ ref, columns: [column('ID'), column('V')], rows: values });
  return warehouse;
}

function jobOf(database: string, parts: Partial<TableJob>): TableJob {
  return {
    key: 'T',
    sourceName: 'line',
    source: ref,
    target: { database, schema: 'public', name: 't' },
    mode: 'append',
    uniqueness: [],
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 10 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: 2,
    maxRetryAttempts: 3,
    schemaEvolution: 'create',
    emptiesOthers: false,
    snapshot: 'required',
    verify: 'count',
    hash: 'T',
    notices: [],
    ...parts,
  };
}

/** Each so-manieth statement that was not seen before: before it arrives, or after it is done. */
function everyNth(nth: number, from: number) {
  const seen = new Set<string>();
  let cuts = 0;
  return {
    cuts: () => cuts,
    cutAt(sql: string): Cut | undefined {
      if (seen.has(sql)) return undefined;
      seen.add(sql);
      if ((seen.size + from) % nth !== 0) return undefined;
      cuts += 1;
      return cuts % 2 === 0 ? 'after' : 'before';
    },
  };
}

describe('P1, P4: one command over a line that breaks again and again, of target and status store', () => {
  // All of it with SNOWMELT_ALL_CUTS=1: every statement is cut in one of them.
  const all = process.env['SNOWMELT_ALL_CUTS'] !== undefined;
  const seeds = all ? [0, 1, 2, 3, 4, 5, 6] : [2];
  const modes: Readonly<Record<string, Partial<TableJob>>> = {
    append: {},
    'upsert with delete_missing': {
      mode: 'upsert',
      uniqueness: ['ID'],
      deleteMissing: { how: 'hard' },
    },
    swap: { mode: 'swap' },
  };
  const some = Object.entries(modes).filter(([mode]) => all || mode.startsWith('upsert'));
  for (const [mode, parts] of some) {
    it.each(seeds)(`${mode}, cut from the statement %i on`, async (from) => {
      await using database = await testDatabase();
      const sql = new Client({ connectionString: database.url });
      await sql.connect();
      await sql.query(`CREATE TABLE t (id bigint PRIMARY KEY, v bigint);
        INSERT INTO t VALUES (-1, 0)`);
      const line = everyNth(7, from);
      await using proxy = await startStatementCutter(database, (text) => line.cutAt(text));
      const url = new URL(database.url);
      url.host = `${proxy.host}:${proxy.port}`;
      await using target = createPostgresTarget({ connection: { url: url.href } });
      await using status = createPostgresStatusStore({ connection: { url: url.href } });
      const job = jobOf(database.database, parts);
      const report = await runMigration(
        {
          jobs: [job],
          configHash: 'c',
          executionHash: 'e',
          resume: { mode: 'auto', maxAgeHours: 1 },
          parallelThreads: 2,
          snapshotDelay: 0,
        },
        { source: memorySource({ warehouse: warehouseOf(45) }), target, status },
        testContext(),
      );
      expect(report.tables[0]?.error).toBeUndefined();
      expect(report.status).toBe('completed');
      expect(line.cuts()).toBeGreaterThan(8);
      const { rows } = await sql.query(
        'SELECT count(*)::int AS n, count(*) FILTER (WHERE id < 0)::int AS old, sum(v)::int AS sum FROM t',
      );
      const old = mode === 'append' ? 1 : 0;
      expect(rows).toEqual([{ n: 45 + old, old, sum: 45 * 44 }]);
      await sql.end();
    });
  }
});
