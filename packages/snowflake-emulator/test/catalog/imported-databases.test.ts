import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnowflakeSqlEngine } from '../../src/create-sql-engine.ts';
import { openEngine, openSession, type TestSession } from '../sql/open-session.ts';

// https://docs.snowflake.com/en/user-guide/data-share-consumers, "General limitations".

let engine: SnowflakeSqlEngine;
let session: TestSession;
beforeAll(async () => {
  engine = await openEngine();
  session = await openSession(engine);
  await session.run('CREATE DATABASE provided');
  await session.run('CREATE SCHEMA provided.sales');
  await session.run('CREATE TABLE provided.sales.orders (id INT, total NUMBER(10,2))');
  await session.run('CREATE TABLE provided.sales.hidden (id INT)');
  await session.run('INSERT INTO provided.sales.orders VALUES (1, 9.5), (2, 3)');
  await session.run(
    'CREATE SECURE VIEW provided.sales.big AS SELECT id FROM orders WHERE total > 5',
  );
  await session.run('CREATE VIEW provided.sales.plain AS SELECT id FROM orders');
  await session.run('CREATE SHARE sample_data');
  await session.run('GRANT USAGE ON DATABASE provided TO SHARE sample_data');
  await session.run('GRANT USAGE ON SCHEMA provided.sales TO SHARE sample_data');
  await session.run('GRANT SELECT ON TABLE provided.sales.orders TO SHARE sample_data');
  await session.run('GRANT SELECT ON VIEW provided.sales.big TO SHARE sample_data');
  await session.run('CREATE DATABASE sample FROM SHARE sfc_samples.sample_data');
});
afterAll(() => engine.close());

describe('a database made from a share', () => {
  it('shows what was granted, and what the provider writes', async () => {
    await session.run('INSERT INTO provided.sales.orders VALUES (3, 7)');
    expect(await session.run('SELECT id FROM sample.sales.orders ORDER BY 1')).toEqual([
      ['1'],
      ['2'],
      ['3'],
    ]);
    expect(await session.run('SELECT id FROM sample.sales.big ORDER BY 1')).toEqual([['1'], ['3']]);
    expect(await session.failure('SELECT * FROM sample.sales.hidden')).toMatch(/^002003: /);
    const tables = await session.run('SHOW TABLES IN DATABASE sample');
    expect(tables.map((row) => row.slice(1, 4))).toEqual([['ORDERS', 'SAMPLE', 'SALES']]);
    const described = await session.run('DESCRIBE TABLE sample.sales.orders');
    expect(described.map((row) => row[0])).toEqual(['ID', 'TOTAL']);
    const listed = await session.run(
      "SELECT table_catalog, table_name FROM sample.information_schema.tables WHERE table_schema = 'SALES' ORDER BY 2",
    );
    expect(listed).toEqual([
      ['SAMPLE', 'BIG'],
      ['SAMPLE', 'ORDERS'],
    ]);
  });

  it('is IMPORTED in SHOW DATABASES, which prints a retention time all the same', async () => {
    const [row] = await session.run("SHOW DATABASES LIKE 'SAMPLE'");
    expect([row?.[1], row?.[4], row?.[8], row?.[9]]).toEqual([
      'SAMPLE',
      'SFC_SAMPLES.SAMPLE_DATA',
      '1',
      'IMPORTED DATABASE',
    ]);
  });

  it('has no Time Travel, through its views neither', async () => {
    const point = 'AT(TIMESTAMP => CURRENT_TIMESTAMP())';
    for (const name of ['orders', 'big']) {
      const sql = `SELECT * FROM sample.sales.${name} ${point}`;
      expect(await session.failure(sql)).toMatch(/^000707: Time travel data is not available/);
    }
    expect(
      await session.failure(
        `SELECT * FROM sample.sales.orders CHANGES(INFORMATION => DEFAULT) AT(OFFSET => 0)`,
      ),
    ).toMatch(/^000707: |^091930: /);
    expect(await session.run(`SELECT COUNT(*) FROM provided.sales.orders ${point}`)).toEqual([
      ['3'],
    ]);
  });

  it.each([
    'INSERT INTO sample.sales.orders VALUES (4, 4)',
    'UPDATE sample.sales.orders SET id = 0',
    'DELETE FROM sample.sales.orders',
    'TRUNCATE TABLE sample.sales.orders',
    'DROP TABLE sample.sales.orders',
    'ALTER TABLE sample.sales.orders ADD COLUMN x INT',
    'CREATE TABLE sample.sales.mine (a INT)',
    'CREATE TEMPORARY TABLE sample.sales.mine (a INT)',
    'CREATE OR REPLACE TABLE sample.sales.orders (a INT)',
    'CREATE VIEW sample.sales.mine AS SELECT 1 AS a',
    'CREATE SCHEMA sample.mine',
    'DROP SCHEMA sample.sales',
    'CREATE STAGE sample.sales.mine',
    'CREATE TEMPORARY STAGE sample.sales.mine',
    'CREATE FILE FORMAT sample.sales.mine TYPE = CSV',
    "COMMENT ON DATABASE sample IS 'x'",
    "COMMENT ON TABLE sample.sales.orders IS 'x'",
    'ALTER DATABASE sample SET DATA_RETENTION_TIME_IN_DAYS = 5',
  ])('is read-only: %s', async (sql) => {
    expect(await session.failure(sql)).toMatch(
      /^003001: SQL access control error:\nInsufficient privileges to operate on /,
    );
  });

  it('can be copied, but not cloned', async () => {
    await session.run('CREATE TABLE d.public.copied AS SELECT * FROM sample.sales.orders');
    await session.run('CREATE TABLE d.public.same LIKE sample.sales.orders');
    expect(await session.failure('CREATE TABLE d.public.c CLONE sample.sales.orders')).toMatch(
      /^000002: /,
    );
  });

  it('ends with its share', async () => {
    await session.run('CREATE SHARE short_lived');
    await session.run('GRANT USAGE ON DATABASE provided TO SHARE short_lived');
    await session.run('GRANT USAGE ON SCHEMA provided.sales TO SHARE short_lived');
    await session.run('GRANT SELECT ON ALL TABLES IN SCHEMA provided.sales TO SHARE short_lived');
    await session.run('CREATE DATABASE shortly FROM SHARE me.short_lived');
    expect(await session.run('SELECT * FROM shortly.sales.hidden')).toEqual([]);
    await session.run('DROP SHARE short_lived');
    expect(await session.failure('SELECT * FROM shortly.sales.hidden')).toMatch(/^003030: /);
    await session.run('DROP DATABASE shortly');
  });

  it('needs a share that is there, and a view that is secure', async () => {
    expect(await session.failure('CREATE DATABASE x FROM SHARE a.nope')).toMatch(/^002003: /);
    expect(
      await session.failure('GRANT SELECT ON VIEW provided.sales.plain TO SHARE sample_data'),
    ).toMatch(/secure_objects_only/);
  });
});
