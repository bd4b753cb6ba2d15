import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnowflakeSqlEngine } from '../../src/create-sql-engine.ts';
import { openEngine, openSession, type TestSession } from '../sql/open-session.ts';

let engine: SnowflakeSqlEngine;
let session: TestSession;
let directory: string;
beforeAll(async () => {
  engine = await openEngine();
  session = await openSession(engine);
  directory = await mkdtemp(join(tmpdir(), 'table-kinds-'));
  await session.run('CREATE TABLE base (id INT, v VARCHAR)');
  await session.run("INSERT INTO base VALUES (1, 'a'), (2, 'b')");
});
afterAll(async () => {
  await engine.close();
  await rm(directory, { recursive: true });
});

const NOW = 'AT(TIMESTAMP => CURRENT_TIMESTAMP())';
const flagsOf = async (name: string) => {
  const [row] = await session.run(
    `SELECT is_hybrid, is_dynamic, is_iceberg, table_type FROM information_schema.tables WHERE table_name = '${name}'`,
  );
  return row;
};

// https://docs.snowflake.com/en/sql-reference/constructs/at-before, usage notes
describe('a hybrid table', () => {
  it('knows AT(TIMESTAMP) and no other way into its past', async () => {
    await session.run(
      'CREATE HYBRID TABLE h (id INT PRIMARY KEY, v VARCHAR UNIQUE, INDEX by_v (v) INCLUDE (id))',
    );
    await session.run("INSERT INTO h VALUES (1, 'x')");
    expect(await session.run(`SELECT v FROM h ${NOW}`)).toEqual([['x']]);
    for (const clause of ['AT(OFFSET => -0.001)', `BEFORE(TIMESTAMP => CURRENT_TIMESTAMP())`]) {
      expect(await session.failure(`SELECT * FROM h ${clause}`)).toMatch(/^000002: .*hybrid/);
    }
    const changes = `SELECT * FROM h CHANGES(INFORMATION => DEFAULT) ${NOW}`;
    expect(await session.failure(changes)).toMatch(/^000002: .*hybrid/);
    expect(await flagsOf('H')).toEqual(['YES', 'NO', 'NO', 'BASE TABLE']);
  });

  it('needs a primary key, and enforces its keys', async () => {
    expect(await session.failure('CREATE HYBRID TABLE k (id INT)')).toMatch(/primary key/);
    expect(await session.failure("INSERT INTO h VALUES (1, 'y')")).toMatch(
      /^200001: A primary key already exists/,
    );
    expect(await session.failure("INSERT INTO h VALUES (2, 'x')")).toMatch(/^200001: A unique/);
    expect(await session.run('SELECT COUNT(*) FROM h')).toEqual([['1']]);
  });
});

describe('a dynamic table', () => {
  it('has the rows of its last refresh, a past, and no DML', async () => {
    await session.run(
      "CREATE DYNAMIC TABLE dt TARGET_LAG = '1 day' WAREHOUSE = compute_wh REFRESH_MODE = FULL AS SELECT id FROM base",
    );
    await session.run("INSERT INTO base VALUES (3, 'c')");
    expect(await session.run('SELECT COUNT(*) FROM dt')).toEqual([['2']]);
    await session.run('ALTER DYNAMIC TABLE dt REFRESH');
    expect(await session.run('SELECT COUNT(*) FROM dt')).toEqual([['3']]);
    expect(await session.run(`SELECT COUNT(*) FROM dt ${NOW}`)).toEqual([['3']]);
    expect(await session.failure('INSERT INTO dt VALUES (9)')).toMatch(/^000002: .*dynamic/);
    expect(await session.failure('DELETE FROM dt')).toMatch(/^000002: .*dynamic/);
    expect(await flagsOf('DT')).toEqual(['NO', 'YES', 'NO', 'BASE TABLE']);
    const listed = await session.run('SHOW DYNAMIC TABLES');
    expect(listed.map((row) => [row[1], row[8], row[15]])).toEqual([['DT', '1 day', 'ACTIVE']]);
  });
});

describe('tables that only a file makes here', () => {
  it('an external table has rows, but no past and no DML', async () => {
    const file = join(directory, 'rows.csv');
    await writeFile(file, 'id\n1\n2\n');
    await engine.loadFile({
      database: 'D',
      schema: 'PUBLIC',
      table: 'EXT',
      file,
      format: 'csv',
      columns: [{ name: 'ID', type: 'NUMBER(38,0)' }],
      variant: 'external',
    });
    expect(await session.run('SELECT COUNT(*) FROM ext')).toEqual([['2']]);
    expect(await session.failure(`SELECT * FROM ext ${NOW}`)).toMatch(/^000002: .*external/);
    expect(await session.failure('INSERT INTO ext VALUES (3)')).toMatch(/^000002: .*external/);
    expect(await flagsOf('EXT')).toEqual(['NO', 'NO', 'NO', 'EXTERNAL TABLE']);
  });
});

describe('an Iceberg table of Snowflake’s own catalog', () => {
  it('is written and read at a point as any other', async () => {
    await session.run(
      "CREATE ICEBERG TABLE ice (id INT) CATALOG = 'SNOWFLAKE' EXTERNAL_VOLUME = 'v' BASE_LOCATION = 'ice'",
    );
    await session.run('INSERT INTO ice VALUES (1)');
    expect(await session.run(`SELECT id FROM ice ${NOW}`)).toEqual([['1']]);
    expect(await flagsOf('ICE')).toEqual(['NO', 'NO', 'YES', 'BASE TABLE']);
    expect(await session.failure("CREATE ICEBERG TABLE x CATALOG = 'GLUE'")).toMatch(/^000002: /);
  });
});

// https://docs.snowflake.com/en/user-guide/views-materialized, "Limitations"
describe('a materialized view', () => {
  it('follows its table, and has no Time Travel', async () => {
    await session.run('CREATE MATERIALIZED VIEW mv AS SELECT id FROM base');
    expect(await session.run('SELECT COUNT(*) FROM mv')).toEqual([['3']]);
    expect(await session.failure(`SELECT * FROM mv ${NOW}`)).toMatch(/^000002: .*materialized/);
    expect((await flagsOf('MV'))?.[3]).toBe('MATERIALIZED VIEW');
    await session.run('DROP MATERIALIZED VIEW mv');
  });
});
