import { runMigration, type RunReport, type TableJob } from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { describe, expect, it } from 'vitest';

import { demoJob } from './support/demo-job.ts';
import { context, demoSource, inSnowflake } from './support/demo.ts';
import { useDemo } from './support/use-demo.ts';

const soft = { how: 'soft', column: 'Gone At' } as const;
const watermark = { source: 'AT', target: 'at', overlapSeconds: 0 };

describe('delete_missing from the emulator', () => {
  const on = useDemo({ tables: [] });

  it.each([
    ['query', { deleteMissing: { how: 'hard' } }],
    ['unload', { deleteMissing: { how: 'hard' }, watermark }],
    ['unload', { deleteMissing: soft }],
    ['query', { deleteMissing: soft, watermark }],
  ] as const)('P1: the target has the keys of the source, by %s (%j)', async (extract, rule) => {
    const table = `T_${extract}_${rule.deleteMissing.how}`.toUpperCase();
    await inSnowflake(
      on.demo,
      `CREATE OR REPLACE TABLE ${table} (ID NUMBER(9,0) NOT NULL, "Part" VARCHAR(9) NOT NULL, AT TIMESTAMP_NTZ(6))`,
      `INSERT INTO ${table} SELECT SEQ4(), 'p' || (SEQ4() % 3), '2026-01-01' FROM TABLE(GENERATOR(ROWCOUNT => 5000))`,
    );
    await run(table, extract, rule);
    await inSnowflake(
      on.demo,
      `DELETE FROM ${table} WHERE ID % 5 = 0`,
      `INSERT INTO ${table} VALUES (6000, 'p0', '2026-01-02'), (1, 'other', '2026-01-02')`,
    );
    const second = await run(table, extract, rule);
    expect(second?.missing).toEqual({ how: rule.deleteMissing.how, rows: 1000, restored: 0 });
    expect(await keysOf(table, rule.deleteMissing.how)).toEqual(await keysInSnowflake(table));

    // Back with an old watermark, which an increment does not read.
    await inSnowflake(on.demo, `INSERT INTO ${table} VALUES (10, 'p1', '2026-01-01')`);
    if (rule.deleteMissing.how === 'soft') {
      expect((await run(table, extract, rule))?.missing).toMatchObject({ rows: 0, restored: 1 });
      expect(await keysOf(table, 'soft')).toEqual(await keysInSnowflake(table));
    }
    const { rows } = await on.sql.query(
      `SELECT metadata FROM migration_status.migration_table_status
       WHERE source_table = $1 AND metadata ?| '{rows_deleted,rows_marked}' ORDER BY completed_at LIMIT 1`,
      [table],
    );
    const told = rule.deleteMissing.how === 'hard' ? { rows_deleted: 1000 } : { rows_marked: 1000 };
    expect(rows[0]?.metadata).toMatchObject(told);
  });

  it('source_filter decides what is missing, and the run says so', async () => {
    await inSnowflake(
      on.demo,
      'CREATE TABLE FILTERED (ID NUMBER(9,0) NOT NULL, "Part" VARCHAR(9) NOT NULL, AT TIMESTAMP_NTZ(6))',
      `INSERT INTO FILTERED SELECT SEQ4(), 'p', '2026-01-01' FROM TABLE(GENERATOR(ROWCOUNT => 100))`,
    );
    await run('FILTERED', 'query', {});
    const table = await run('FILTERED', 'query', {
      deleteMissing: { how: 'hard' },
      read: { ...jobFor('FILTERED', 'query').read, filter: 'ID < 40 -- the first ones' },
    });
    expect(table?.missing?.rows).toBe(60);
    expect(table?.notices).toContain('rows deleted since the source lacks them: 60');
    expect(await keysOf('FILTERED', 'hard')).toHaveLength(40);
  });

  async function run(
    table: string,
    extract: 'query' | 'unload',
    changes: Partial<TableJob>,
  ): Promise<RunReport['tables'][number] | undefined> {
    await using source = demoSource(on.demo);
    await using target = createPostgresTarget({ connection: { url: on.demo.databaseUrl } });
    await using status = createPostgresStatusStore({ connection: { url: on.demo.databaseUrl } });
    const request = {
      jobs: [{ ...jobFor(table, extract), ...changes }],
      configHash: table,
      executionHash: table,
      resume: { mode: 'never' },
      parallelThreads: 2,
      snapshotDelay: 0,
    } as const;
    const report = await runMigration(request, { source, target, status }, context);
    const [ended] = report.tables;
    if (ended?.error !== undefined) throw ended.error;
    return ended;
  }

  function jobFor(table: string, extract: 'query' | 'unload'): TableJob {
    const from = { databaseUrl: on.demo.databaseUrl, table, targetSchema: 'missing' };
    return demoJob(from, {
      mode: 'upsert',
      uniqueness: ['ID', 'Part'],
      read: { extract, chunkColumns: [], sortColumns: [], batchRows: 1000 },
      schemaEvolution: 'create_and_add',
    });
  }

  async function keysOf(table: string, how: 'hard' | 'soft'): Promise<string[]> {
    const standing = how === 'soft' ? 'WHERE "Gone At" IS NULL' : '';
    const { rows } = await on.sql.query<{ key: string }>(
      `SELECT id || '/' || "Part" AS key FROM missing."${table.toLowerCase()}" ${standing}`,
    );
    return rows.map(({ key }) => key).toSorted();
  }

  async function keysInSnowflake(table: string): Promise<string[]> {
    const rows = await inSnowflake(on.demo, `SELECT ID || '/' || "Part" FROM ${table}`);
    return rows.map(([key]) => String(key)).toSorted();
  }
});
