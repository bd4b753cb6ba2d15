import { describe, expect, it } from 'vitest';
import { sharedSession } from '../sql/open-session.ts';

const session = sharedSession(async (made) => {
  await made.run(
    `CREATE TRANSIENT TABLE facts (
       id NUMBER(10,0), name VARCHAR(20) NOT NULL DEFAULT 'n' COMMENT 'who', at TIMESTAMP_TZ(3), b BINARY(8),
       CONSTRAINT pk PRIMARY KEY (name, id), UNIQUE (at)
     ) CLUSTER BY (id, TO_DATE(at)) DATA_RETENTION_TIME_IN_DAYS = 0 COMMENT = 'all'`,
  );
  await made.run("INSERT INTO facts (id, name) VALUES (1, 'a'), (2, 'b')");
  await made.run('CREATE SECURE VIEW seen (k) AS SELECT id FROM facts');
});

describe('INFORMATION_SCHEMA tells what the documentation lists', () => {
  it('TABLES', async () => {
    const rows = await session.run(
      `SELECT table_name, table_type, is_transient, clustering_key, row_count, bytes > 0, retention_time, comment
       FROM information_schema.tables WHERE table_schema = 'PUBLIC' ORDER BY 1`,
    );
    expect(rows).toEqual([
      ['FACTS', 'BASE TABLE', 'YES', 'LINEAR(id, TO_DATE(at))', '2', '1', '0', 'all'],
      ['SEEN', 'VIEW', null, null, null, null, null, null],
    ]);
  });

  it('COLUMNS', async () => {
    const rows = await session.run(
      `SELECT column_name, ordinal_position, data_type, is_nullable, column_default, numeric_precision, numeric_scale,
         character_maximum_length, datetime_precision, comment
       FROM d.information_schema.columns WHERE table_name = 'FACTS' ORDER BY ordinal_position`,
    );
    expect(rows).toEqual([
      ['ID', '1', 'NUMBER', 'NO', null, '10', '0', null, null, null],
      ['NAME', '2', 'TEXT', 'NO', "'n'", null, null, '20', null, 'who'],
      ['AT', '3', 'TIMESTAMP_TZ', 'YES', null, null, null, null, '3', null],
      ['B', '4', 'BINARY', 'YES', null, null, null, '8', null, null],
    ]);
  });

  it('VIEWS, TABLE_CONSTRAINTS, SCHEMATA', async () => {
    const views = `SELECT table_name, is_secure FROM information_schema.views WHERE table_schema = 'PUBLIC'`;
    expect(await session.run(views)).toEqual([['SEEN', 'YES']]);
    expect(
      await session.run(
        'SELECT constraint_name, constraint_type FROM information_schema.table_constraints ORDER BY 2',
      ),
    ).toEqual([
      ['pk'.toUpperCase(), 'PRIMARY KEY'],
      [expect.any(String), 'UNIQUE'],
    ]);
    expect(
      await session.run('SELECT schema_name FROM information_schema.schemata ORDER BY 1'),
    ).toEqual([['INFORMATION_SCHEMA'], ['PUBLIC']]);
  });

  it('POLICY_REFERENCES has no row, since no policy can be made here', async () => {
    const references = `TABLE("SHOP".INFORMATION_SCHEMA.POLICY_REFERENCES(
      REF_ENTITY_NAME => '"SHOP"."PUBLIC"."ORDERS"', REF_ENTITY_DOMAIN => 'TABLE'))`;
    const one = `SELECT 0 AS "at", POLICY_NAME, POLICY_KIND, REF_COLUMN_NAME FROM ${references}`;
    expect(await session.run(`${one}\nUNION ALL\n${one}`)).toEqual([]);
  });

  it('QUERY_HISTORY has the tag and the status of statements', async () => {
    await session.run("ALTER SESSION SET QUERY_TAG = 'my tag'");
    await session.failure('SELECT 1 / 0');
    await session.run('ALTER SESSION UNSET QUERY_TAG');
    const rows = await session.run(
      "SELECT query_text, execution_status, error_code FROM TABLE(information_schema.query_history()) WHERE query_tag = 'my tag' AND query_text LIKE 'SELECT 1%'",
    );
    expect(rows).toEqual([['SELECT 1 / 0', 'FAILED_WITH_ERROR', '100051']]);
  });
});

describe('SHOW and DESCRIBE', () => {
  it('SHOW PRIMARY KEYS and UNIQUE KEYS give the columns in the order of the key', async () => {
    const primary = await session.run('SHOW PRIMARY KEYS IN TABLE d.public.facts');
    expect(primary.map((row) => row.slice(3, 7))).toEqual([
      ['FACTS', 'NAME', '1', 'PK'],
      ['FACTS', 'ID', '2', 'PK'],
    ]);
    expect((await session.run('SHOW UNIQUE KEYS IN facts')).map((row) => row[4])).toEqual(['AT']);
    expect(await session.failure('SHOW PRIMARY KEYS IN TABLE nope')).toMatch(/^002003: /);
  });

  it('DESCRIBE TABLE', async () => {
    const rows = await session.run('DESCRIBE TABLE facts');
    expect(rows.map((row) => [row[0], row[1], row[3], row[4], row[5], row[6]])).toEqual([
      ['ID', 'NUMBER(10,0)', 'N', null, 'Y', 'N'],
      ['NAME', 'VARCHAR(20)', 'N', "'n'", 'Y', 'N'],
      ['AT', 'TIMESTAMP_TZ(3)', 'Y', null, 'N', 'Y'],
      ['B', 'BINARY(8)', 'Y', null, 'N', 'N'],
    ]);
  });

  it('SHOW takes LIKE without case, STARTS WITH with it, IN and LIMIT', async () => {
    const names = async (sql: string) => (await session.run(sql)).map((row) => row[1]);
    expect(await names("SHOW TABLES LIKE 'fac%'")).toEqual(['FACTS']);
    expect(await names("SHOW TABLES STARTS WITH 'fac'")).toEqual([]);
    expect(await names('SHOW TABLES IN DATABASE d LIMIT 1')).toEqual(['FACTS']);
    expect(await names('SHOW VIEWS IN SCHEMA d.public')).toEqual(['SEEN']);
    expect(await names('SHOW SCHEMAS')).toEqual(['INFORMATION_SCHEMA', 'PUBLIC']);
    expect((await session.run("SHOW PARAMETERS LIKE 'TIMEZONE'"))[0]?.slice(0, 2)).toEqual([
      'TIMEZONE',
      'UTC',
    ]);
  });
});

describe('objects come, go and come back', () => {
  it('CREATE, OR REPLACE, IF NOT EXISTS, DROP, UNDROP', async () => {
    await session.run('CREATE TABLE obj (a INT)');
    expect(await session.failure('CREATE TABLE obj (a INT)')).toMatch(/^002002: /);
    await session.run('CREATE TABLE IF NOT EXISTS obj (z INT)');
    await session.run('INSERT INTO obj VALUES (1)');
    await session.run('DROP TABLE obj');
    expect(await session.failure('SELECT * FROM obj')).toMatch(/^002003: /);
    await session.run('UNDROP TABLE obj');
    expect(await session.run('SELECT a FROM obj')).toEqual([['1']]);
    await session.run('CREATE OR REPLACE TABLE obj AS SELECT 2 AS b, NULL AS n');
    expect(await session.run('SELECT * FROM obj')).toEqual([['2', null]]);
    await session.run('DROP TABLE IF EXISTS obj');
    await session.run('DROP TABLE IF EXISTS obj');
  });

  it('a temporary table hides another of its name, in its session only', async () => {
    await session.run('CREATE OR REPLACE TABLE hid (a INT)');
    await session.run('CREATE TEMPORARY TABLE hid AS SELECT 5 AS x');
    const other = await session.another();
    expect(await session.run('SELECT x FROM hid')).toEqual([['5']]);
    expect(await other.run('SELECT COUNT(a) FROM hid')).toEqual([['0']]);
    await session.run('DROP TABLE hid');
    expect(await session.run('SELECT COUNT(a) FROM hid')).toEqual([['0']]);
    await other.close();
  });

  it('ALTER TABLE adds, renames, retypes and drops columns', async () => {
    await session.run('CREATE OR REPLACE TABLE alt (a INT, v VARCHAR(5))');
    await session.run("INSERT INTO alt VALUES (1, 'abc')");
    await session.run('ALTER TABLE alt ADD COLUMN b INT DEFAULT 7, c VARCHAR');
    await session.run('ALTER TABLE alt RENAME COLUMN a TO k');
    await session.run('ALTER TABLE alt ALTER COLUMN v SET DATA TYPE VARCHAR(10)');
    await session.run('ALTER TABLE alt DROP COLUMN c');
    expect(await session.run('SELECT * FROM alt')).toEqual([['1', 'abc', '7']]);
    expect(
      await session.failure('ALTER TABLE alt ALTER COLUMN v SET DATA TYPE VARCHAR(2)'),
    ).toMatch(/^002108: /);
    await session.run('ALTER TABLE alt RENAME TO alt2');
    expect(await session.run('SELECT k FROM alt2')).toEqual([['1']]);
  });

  it('CLONE and LIKE', async () => {
    await session.run('CREATE OR REPLACE TABLE c1 CLONE facts');
    expect(await session.run('SELECT COUNT(*) FROM c1')).toEqual([['2']]);
    await session.run('CREATE OR REPLACE TABLE c2 LIKE facts');
    expect(await session.run('SELECT COUNT(*) FROM c2')).toEqual([['0']]);
    expect((await session.run('SHOW PRIMARY KEYS IN TABLE c2')).length).toBe(2);
  });
});

describe('SHOW lists, as its pages say', () => {
  const shown = async (sql: string, ...names: string[]): Promise<unknown[]> => {
    const columns = (await session.columns(sql)).map(({ name }) => name);
    return (await session.run(sql)).map((row) => names.map((name) => row[columns.indexOf(name)]));
  };

  it('SHARES: what was made here is outbound', async () => {
    await session.run('CREATE SHARE shared');
    expect(await shown('SHOW SHARES', 'kind', 'name')).toEqual([['OUTBOUND', 'SHARED']]);
    await session.run('DROP SHARE shared');
  });

  it('MATERIALIZED VIEWS, and TERSE VIEWS with the kind of each', async () => {
    await session.run('CREATE MATERIALIZED VIEW made AS SELECT id FROM facts');
    expect(await shown('SHOW MATERIALIZED VIEWS', 'name')).toEqual([['MADE']]);
    expect(await shown('SHOW TERSE VIEWS', 'name', 'kind')).toEqual([
      ['MADE', 'MATERIALIZED_VIEW'],
      ['SEEN', 'VIEW'],
    ]);
    await session.run('DROP VIEW made');
  });

  it('SEQUENCES: none, for none can be made', async () => {
    expect(await shown('SHOW SEQUENCES', 'name')).toEqual([]);
  });

  it('SCHEMAS WITH PRIVILEGES: all, for every role may do everything here', async () => {
    expect(await shown('SHOW SCHEMAS WITH PRIVILEGES USAGE, OWNERSHIP', 'name')).toEqual([
      ['INFORMATION_SCHEMA'],
      ['PUBLIC'],
    ]);
  });

  it('temporary tables of the session in INFORMATION_SCHEMA', async () => {
    const other = await session.another();
    const count = `SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'PASSING'`;
    await other.run('CREATE TEMPORARY TABLE passing (a INT)');
    expect(await other.run(count)).toEqual([['1']]);
    expect(await session.run(count)).toEqual([['0']]);
    await other.close();
  });

  // https://docs.snowflake.com/en/sql-reference/functions/query_history
  it('the history of queries of a session, and of a user', async () => {
    const other = await session.another();
    await other.run('SELECT 4711 AS mine');
    const count = (by: string) =>
      `SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_${by}()) WHERE query_text = 'SELECT 4711 AS mine'`;
    expect(await other.run(count('SESSION'))).toEqual([['1']]);
    expect(await session.run(count('SESSION'))).toEqual([['0']]);
    expect(await session.run(count('USER'))).toEqual([['1']]);
    await other.close();
  });
});
