import { runMigration, type RunReport, type TableJob } from '@snowmelt/core';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { describe, expect, it } from 'vitest';

import { demoJob } from './support/demo-job.ts';
import { context, demoSource, inSnowflake } from './support/demo.ts';
import { useDemo } from './support/use-demo.ts';

/** A watermark's type in Snowflake, with an old, a stored and a new value as SQL literals. */
const watermarks: readonly (readonly [type: string, old: string, now: string, next: string])[] = [
  [
    'TIMESTAMP_NTZ(9)',
    `'2026-03-01 10:00:00.123456789'`,
    `'2026-03-29 02:30:00'`,
    `'2026-03-29 02:30:00.5'`,
  ],
  [
    'TIMESTAMP_TZ(6)',
    `'2026-03-01 10:00:00 +02:00'`,
    `'2026-03-29 12:00:00 +02:00'`,
    `'2026-03-29 10:30:00 +00:00'`,
  ],
  ['DATE', `'2026-03-01'`, `'2026-03-29'`, `'2026-03-30'`],
  [
    'NUMBER(38,0)',
    '7',
    '99999999999999999999999999999999999998',
    '99999999999999999999999999999999999999',
  ],
];

describe('incremental loads from the emulator', () => {
  const on = useDemo({ tables: [] });

  it.each(watermarks)('rule 3: a bound of %s is read as such', async (type, old, now, next) => {
    const table = `W_${type.replaceAll(/\W+/g, '_')}`;
    await snowflake(
      `CREATE TABLE ${table} (ID NUMBER(9,0) NOT NULL, "Some Text" VARCHAR, AT ${type})`,
      `INSERT INTO ${table} VALUES (1, 'old', ${old}), (2, 'now', ${now}), (3, 'none', NULL)`,
    );
    expect(await run(table, {})).toMatchObject({ status: 'completed', rows: 3 });
    await snowflake(
      `UPDATE ${table} SET "Some Text" = 'not newer' WHERE ID = 1`,
      `UPDATE ${table} SET "Some Text" = 'changed', AT = ${next} WHERE ID = 2`,
      `UPDATE ${table} SET "Some Text" = 'still none' WHERE ID = 3`,
      `INSERT INTO ${table} VALUES (4, 'late', ${now})`,
    );
    // What is below the bound is not read; the same instant, and rows without a watermark, are.
    expect(await run(table, {})).toMatchObject({ status: 'completed', rows: 3 });
    expect(await stored(table)).toEqual([
      ['1', 'old'],
      ['2', 'changed'],
      ['3', 'still none'],
      ['4', 'late'],
    ]);
  });

  it('rule 3: without a key nothing is read twice, digits that were cut off included', async () => {
    await snowflake(
      'CREATE TABLE LOG (ID NUMBER(9,0), "Some Text" VARCHAR, AT TIMESTAMP_NTZ(9))',
      `INSERT INTO LOG VALUES (1, 'a', '2026-03-01 10:00:00.123456789')`,
    );
    const job = { mode: 'append', uniqueness: [] } as const;
    expect(await run('LOG', job)).toMatchObject({ status: 'completed', rows: 1 });
    expect(await run('LOG', job)).toMatchObject({ status: 'completed', rows: 0 });
    await snowflake(`INSERT INTO LOG VALUES (2, 'b', '2026-03-01 10:00:00.123457')`);
    expect(await run('LOG', job)).toMatchObject({ status: 'completed', rows: 1 });
    expect(await stored('LOG')).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });

  it('insert-only: what is stored stays', async () => {
    await snowflake(
      'CREATE TABLE KEPT (ID NUMBER(9,0) NOT NULL, "Some Text" VARCHAR, AT DATE)',
      `INSERT INTO KEPT VALUES (1, 'a', '2026-03-01')`,
    );
    const job = { mode: 'insert-only' } as const;
    expect(await run('KEPT', job)).toMatchObject({ status: 'completed', rows: 1 });
    await snowflake(
      `UPDATE KEPT SET "Some Text" = 'changed', AT = '2026-03-02'`,
      `INSERT INTO KEPT VALUES (2, 'b', '2026-03-02')`,
    );
    expect(await run('KEPT', job)).toMatchObject({ status: 'completed', rows: 2 });
    expect(await stored('KEPT')).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });

  it('P1: keys that differ in digits that are cut off are counted by the source', async () => {
    await snowflake(
      'CREATE TABLE TICKS ("Some Text" VARCHAR, ID TIMESTAMP_NTZ(9) NOT NULL, AT DATE)',
      `INSERT INTO TICKS VALUES ('a', '2026-03-01 10:00:00.123456100', '2026-03-01'),
        ('b', '2026-03-01 10:00:00.123456200', '2026-03-01'), ('c', '2026-03-01 10:00:00.5', '2026-03-01')`,
    );
    for (const mode of ['upsert', 'insert-only'] as const) {
      const met = await run('TICKS', { mode });
      expect(met).toMatchObject({ status: 'completed', rows: 3, met: 1 });
      expect(met?.findings).toMatchObject([{ code: 'TARGET.KEYS_MEET' }]);
    }
    await snowflake(`DELETE FROM TICKS WHERE "Some Text" = 'a'`);
    expect(await run('TICKS', {})).not.toHaveProperty('met');
    // With "fail", a row that would be cut is refused instead.
    const refused = run('TICKS', { extraDigits: 'fail' });
    await expect(refused).rejects.toMatchObject({ message: /digits of a second/ });
  });

  async function snowflake(...statements: readonly string[]): Promise<void> {
    await inSnowflake(on.demo, ...statements);
  }

  /** A new run of one table, by the real adapters. */
  async function run(table: string, changes: Partial<TableJob>) {
    await using source = demoSource(on.demo);
    await using target = createPostgresTarget({ connection: { url: on.demo.databaseUrl } });
    await using status = createPostgresStatusStore({ connection: { url: on.demo.databaseUrl } });
    const request = {
      jobs: [{ ...jobFor(table), ...changes }],
      configHash: table,
      executionHash: table,
      resume: { mode: 'never' },
      parallelThreads: 2,
      snapshotDelay: 0,
    } as const;
    return tableOf(await runMigration(request, { source, target, status }, context));
  }

  function jobFor(table: string): TableJob {
    const from = { databaseUrl: on.demo.databaseUrl, table, targetSchema: 'incremental' };
    return demoJob(from, {
      mode: 'upsert',
      uniqueness: ['ID'],
      watermark: { source: 'AT', target: 'Changed At', overlapSeconds: 0 },
      read: { extract: 'auto', chunkColumns: [], sortColumns: [], batchRows: 25_000 },
    });
  }

  async function stored(table: string): Promise<string[][]> {
    const name = `incremental."${table.toLowerCase()}"`;
    const query = `SELECT id::text, "Some Text" FROM ${name} ORDER BY 1`;
    return (await on.sql.query<string[]>({ text: query, rowMode: 'array' })).rows;
  }
});

function tableOf({ tables: [table] }: RunReport) {
  if (table?.error !== undefined) throw table.error;
  return table;
}
