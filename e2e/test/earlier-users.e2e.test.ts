import { describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { configOf, runConfig } from './support/run-config.ts';
import { useDemo } from './support/use-demo.ts';

describe('what users of the earlier tool bring', () => {
  const on = useDemo({ tables: [] }, async ({ demo }) => {
    await inSnowflake(
      demo,
      `CREATE TABLE ORDERS (ID NUMBER(9,0), NAME VARCHAR)`,
      `INSERT INTO ORDERS SELECT SEQ4(), 'n' || SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 500))`,
      `CREATE TABLE "small" (ID NUMBER(9,0))`,
      `INSERT INTO "small" VALUES (1)`,
      `CREATE TABLE SMALL (ID NUMBER(9,0))`,
      `INSERT INTO SMALL VALUES (2)`,
    );
  });

  const columnOf = async (query: string) =>
    (await on.sql.query<{ one: unknown }>(query)).rows.map(({ one }) => one);

  it('names in small letters, chunk columns without types, blank filters', async () => {
    const table = { source: 'orders', target: 'orders', extract: 'query', source_filter: ' ' };
    const chunks = { chunking_columns: ['id'], chunking_column_types: null, batch_size: 100 };
    const places = { source_sf_database: 'vega', source_sf_schema: 'public' };
    const config = configOf(on.demo, [{ ...table, ...chunks, verify: 'digest' }], places);
    const report = await runConfig(on.demo, config);
    expect(report.status).toBe('completed');
    const [orders] = report.tables;
    expect(orders).toMatchObject({ rows: 500, verified: true });
    expect(orders?.chunks).toBeGreaterThan(4);
    expect(orders?.notices).toContain(
      'there is no vega.public.orders: VEGA.PUBLIC.ORDERS is read, as Snowflake reads the name without quotes',
    );
    expect(await columnOf('SELECT count(*)::int AS one FROM vega.orders')).toEqual([500]);
  });

  it('a name that is there as it is written is that one', async () => {
    const tables = [
      { source: 'small', target: 'written' },
      { source: 'SMALL', target: 'capitals' },
    ];
    expect((await runConfig(on.demo, configOf(on.demo, tables))).status).toBe('completed');
    expect(await columnOf('SELECT id::int AS one FROM vega.written')).toEqual([1]);
    expect(await columnOf('SELECT id::int AS one FROM vega.capitals')).toEqual([2]);
  });

  it('P8: a quoted name is no other, and one that is nowhere is told as it is written', async () => {
    const tables = [
      { source: '"orders"', target: 'quoted' },
      { source: 'nowhere', target: 'nowhere' },
    ];
    const { tables: reports } = await runConfig(on.demo, configOf(on.demo, tables));
    expect(reports.map(({ error }) => error?.code)).toEqual([
      'SOURCE.TABLE_NOT_FOUND',
      'SOURCE.TABLE_NOT_FOUND',
    ]);
    expect(reports[1]?.error?.message).toContain('nowhere');
  });
});
