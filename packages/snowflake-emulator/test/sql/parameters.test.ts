import { describe, expect, it } from 'vitest';
import { sharedSession } from './open-session.ts';

const session = sharedSession();

const shown = async (name: string) =>
  (await session.run(`SHOW PARAMETERS LIKE '${name}'`)).map((row) => [row[1], row[3]]);

describe('ALTER SESSION', () => {
  it('refuses names that there are not, and leaves all as it was', async () => {
    expect(
      await session.failure("ALTER SESSION SET QUERY_TAG = 'x' NO_SUCH_PARAMETER = 1"),
    ).toMatch(/^001006: .*invalid property 'NO_SUCH_PARAMETER' for 'SESSION'/s);
    expect(await session.failure('ALTER SESSION UNSET NO_SUCH_PARAMETER')).toMatch(/^001006: /);
    expect(await shown('QUERY_TAG')).toEqual([['', '']]);
  });

  it.each([
    'TIMESTAMP_DAY_IS_ALWAYS_24H = TRUE',
    'WEEK_START = 1',
    'TWO_DIGIT_CENTURY_START = 2000',
    'QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE',
    "BINARY_INPUT_FORMAT = 'BASE64'",
    "GEOGRAPHY_OUTPUT_FORMAT = 'WKT'",
    "DEFAULT_NULL_ORDERING = 'FIRST'",
    'TRANSACTION_ABORT_ON_ERROR = TRUE',
  ])('refuses by name what would change results: %s', async (setting) => {
    const [name = ''] = setting.split(' ');
    expect(await session.failure(`ALTER SESSION SET ${setting}`)).toMatch(
      new RegExp(`^000002: Unsupported feature '${name} = `),
    );
    await session.run(`ALTER SESSION SET ${name} = DEFAULT`);
  });

  it('takes DEFAULT and UNSET for the same', async () => {
    await session.run("ALTER SESSION SET QUERY_TAG = 'a', JSON_INDENT = 0");
    expect(await shown('QUERY_TAG')).toEqual([['a', 'SESSION']]);
    await session.run('ALTER SESSION SET QUERY_TAG = DEFAULT');
    await session.run('ALTER SESSION UNSET JSON_INDENT');
    expect([...(await shown('QUERY_TAG')), ...(await shown('JSON_INDENT'))]).toEqual([
      ['', ''],
      ['2', ''],
    ]);
  });

  it('refuses values that a parameter can’t have', async () => {
    expect(await session.failure('ALTER SESSION SET LOCK_TIMEOUT = -1')).toMatch(/^001008: /);
    expect(await session.failure("ALTER SESSION SET AUTOCOMMIT = 'maybe'")).toMatch(/^001008: /);
  });

  it('keeps an account’s parameters to the account', async () => {
    expect(
      await session.failure('ALTER SESSION SET PREVENT_UNLOAD_TO_INTERNAL_STAGES = TRUE'),
    ).toMatch(/^001006: /);
    expect(await session.failure('ALTER ACCOUNT SET NETWORK_POLICY = x')).toMatch(/^000002: /);
  });
});

describe('parameters that are followed', () => {
  it('AUTOCOMMIT = FALSE: the first DML opens a transaction, which COMMIT and ROLLBACK end', async () => {
    const own = await session.another();
    await own.run('CREATE TABLE ac (a INT)');
    await own.run('ALTER SESSION SET AUTOCOMMIT = FALSE');
    await own.run('INSERT INTO ac VALUES (1)');
    expect(await session.run('SELECT COUNT(*) FROM ac')).toEqual([['0']]);
    await own.run('COMMIT');
    await own.run('INSERT INTO ac VALUES (2)');
    await own.run('ROLLBACK');
    expect(await session.run('SELECT a FROM ac')).toEqual([['1']]);
    await own.run('INSERT INTO ac VALUES (3)');
    await own.close();
    expect(await session.run('SELECT a FROM ac')).toEqual([['1']]);
  });

  it('ROWS_PER_RESULTSET cuts a result, and nothing inside of it', async () => {
    await session.run('ALTER SESSION SET ROWS_PER_RESULTSET = 2');
    const numbers = '(SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 5)))';
    expect(await session.run(`SELECT n FROM ${numbers} ORDER BY n DESC`)).toEqual([['4'], ['3']]);
    expect(await session.run(`SELECT COUNT(*) FROM ${numbers}`)).toEqual([['5']]);
    await session.run('ALTER SESSION UNSET ROWS_PER_RESULTSET');
  });

  it('LOCK_TIMEOUT ends the wait for a table that another transaction writes', async () => {
    const other = await session.another();
    await session.run('CREATE TABLE lt (a INT)');
    await other.run('BEGIN');
    await other.run('INSERT INTO lt VALUES (1)');
    await session.run('ALTER SESSION SET LOCK_TIMEOUT = 1');
    expect(await session.failure('INSERT INTO lt VALUES (2)')).toMatch(/^000625: /);
    await other.run('COMMIT');
    await session.run('INSERT INTO lt VALUES (2)');
    await session.run('ALTER SESSION UNSET LOCK_TIMEOUT');
    await other.close();
  });
});

describe('variables', () => {
  it('hold a value of a type, also as an object’s name', async () => {
    await session.run("SET (n, t) = (1 + 1, 'vt')");
    await session.run('CREATE TABLE IDENTIFIER($t) (a INT)');
    await session.run('INSERT INTO IDENTIFIER($t) VALUES ($n), (-$n)');
    expect(await session.run('SELECT a FROM TABLE($t) ORDER BY a')).toEqual([['-2'], ['2']]);
    await session.run('SET m = (SELECT MAX(a) FROM vt)');
    expect(await session.run('SELECT $m + 1, $T')).toEqual([['3', 'vt']]);
    await session.run('UNSET (n, m)');
    expect(await session.failure('SELECT $n')).toMatch(/Session variable '\$N' does not exist/);
  });

  it('a name may be bound as well', async () => {
    const bound = { '1': { type: 'TEXT', value: 'vt' }, '2': { type: 'FIXED', value: '2' } };
    expect(await session.run('SELECT a FROM IDENTIFIER(?) WHERE a = ?', bound)).toEqual([['2']]);
  });
});

describe('a warehouse', () => {
  it('is needed to read data, INFORMATION_SCHEMA included, and for SHOW it is not', async () => {
    const own = await session.another();
    await own.run('CREATE TABLE wt (a INT)');
    await own.run('CREATE WAREHOUSE sleepy AUTO_RESUME = FALSE INITIALLY_SUSPENDED = TRUE');
    for (const sql of ['SELECT * FROM wt', 'SELECT * FROM information_schema.tables']) {
      expect(await own.failure(sql)).toMatch(/^000606: /);
    }
    expect(await own.run("SHOW TABLES LIKE 'WT'")).toHaveLength(1);
    expect(await own.run('SELECT CURRENT_WAREHOUSE()')).toEqual([['SLEEPY']]);
    await own.run('ALTER WAREHOUSE sleepy RESUME');
    expect(await own.run('SELECT * FROM wt')).toEqual([]);
    await own.run('ALTER WAREHOUSE sleepy SET AUTO_RESUME = TRUE');
    await own.run('ALTER WAREHOUSE sleepy SUSPEND');
    expect(await own.run('SELECT * FROM wt')).toEqual([]);
    await own.close();
  });
});
