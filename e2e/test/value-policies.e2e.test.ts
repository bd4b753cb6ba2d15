import type pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

type Config = Record<string, unknown>;

const ways = ['query', 'unload'] as const;

describe.each(ways)('values that PostgreSQL can not hold as they are, by %s', (extract) => {
  const on = useDemo({ tables: [] }, async ({ demo, sql }) => {
    await sql.query(`SET TimeZone = 'UTC'`);
    await inSnowflake(
      demo,
      `CREATE TABLE MOMENTS (ID NUMBER(9,0), AT_NTZ TIMESTAMP_NTZ(9), AT_TZ TIMESTAMP_TZ(9), AT_TIME TIME(9))`,
      `INSERT INTO MOMENTS VALUES
         (1, '2024-02-29 12:00:00.123456000', '2024-02-29 12:00:00.123456000 +05:30', '12:00:00.5'),
         (2, '1999-12-31 23:59:59.999999999', '1999-12-31 23:59:59.999999999 -12:00', '23:59:59.999999999'),
         (3, NULL, NULL, NULL)`,
      `CREATE TABLE TEXTS (ID NUMBER(9,0), T VARCHAR, V VARIANT)`,
      String.raw`INSERT INTO TEXTS SELECT 1, 'a\0b\0', PARSE_JSON('{"k\\u0000":"\\u0000x\\u0000\\u0000","plain":"\\\\u0000","n":1}')`,
      String.raw`INSERT INTO TEXTS SELECT 2, 'c:\\0', PARSE_JSON('"\\\\\\u0000"')`,
      `INSERT INTO TEXTS SELECT 3, NULL, NULL`,
      `CREATE TABLE EPOCHS (ID NUMBER(9,0), D DATE, N TIMESTAMP_NTZ(9), Z TIMESTAMP_TZ(9))`,
      `INSERT INTO EPOCHS SELECT 1, DATEADD('year', 45000, '2024-02-29'::DATE), DATEADD('year', 45000, '2024-02-29 01:02:03.123456789'::TIMESTAMP_NTZ), '9999-12-31 23:59:59.5 -05:00'::TIMESTAMP_TZ`,
      `CREATE TABLE EDGES (ID NUMBER(9,0), Z TIMESTAMP_TZ(6), L TIMESTAMP_LTZ(6))`,
      `INSERT INTO EDGES VALUES
         (1, '0001-01-01 00:00:00 +01:00', NULL), (2, NULL, '0001-01-01 00:00:00 +01:00'),
         (3, '0001-01-01 00:00:00 -05:00', '0001-01-01 00:00:00 +00:00'),
         (4, '0001-01-01 00:00:00 +00:00', '9999-12-31 23:59:59 -05:00'),
         (5, '9999-12-31 23:59:59 -05:00', '2024-02-29 12:00:00 +00:00')`,
      `CREATE TABLE EXTREMES (ID NUMBER(9,0), D DATE, F FLOAT)`,
      `INSERT INTO EXTREMES SELECT 1, DATEADD('year', -3000, '2024-02-29'::DATE), 1.5`,
      `INSERT INTO EXTREMES SELECT 2, '0001-01-01'::DATE, 'inf'::FLOAT`,
      `INSERT INTO EXTREMES SELECT 3, '9999-12-31'::DATE, -0.25`,
      `CREATE TABLE WORDS (ID NUMBER(9,0), A ARRAY, V VARIANT)`,
      String.raw`INSERT INTO WORDS SELECT 1, ARRAY_CONSTRUCT(1, NULL, 'undefined', 'a",undefined,"b\\', NULL), PARSE_JSON('{"NaN":"Infinity"}')`,
      `INSERT INTO WORDS SELECT 2, ARRAY_CONSTRUCT(), PARSE_JSON('[NaN,Infinity,-Infinity,undefined,"NaN",",-Infinity"]')`,
      `INSERT INTO WORDS SELECT 3, NULL, NULL`,
      `CREATE TABLE DOCUMENTS (ID NUMBER(9,0), V VARIANT)`,
      `INSERT INTO DOCUMENTS SELECT 1, PARSE_JSON('12345678901234567890123456789012345678')`,
      `INSERT INTO DOCUMENTS SELECT 2, PARSE_JSON('null')`,
      `INSERT INTO DOCUMENTS SELECT 3, NULL`,
      `INSERT INTO DOCUMENTS SELECT 4, PARSE_JSON('{"b":[1.5,{"a":""}],"a":null}')`,
    );
  });
  beforeEach(() => on.sql.query('DROP SCHEMA IF EXISTS vega CASCADE; CREATE SCHEMA vega'));

  async function command(name: 'run' | 'plan', source: string, options: Config) {
    const [group] = on.demo.config['sources'] as [Config];
    const table = { source, target: source.toLowerCase(), truncate_onstart: true, extract };
    const sources = [{ ...group, tables: [{ ...table, verify: 'digest', ...options }] }];
    await using file = await configFile({ ...on.demo.config, sources });
    const extra = name === 'run' ? ['--no-resume'] : [];
    const ended = await keptSnowmelt([name, ...extra, '--config', file.path, '--json']);
    return { ...ended, said: JSON.parse(ended.stdout) };
  }

  const moments = async () => {
    const columns = 'id, at_ntz::text, at_tz::text, at_time::text';
    const query = { text: `SELECT ${columns} FROM vega.moments ORDER BY id`, rowMode: 'array' };
    return (await on.sql.query(query as pg.QueryArrayConfig)).rows;
  };
  const first = [1, '2024-02-29 12:00:00.123456', '2024-02-29 06:30:00.123456+00', '12:00:00.5'];
  const none = [3, null, null, null];

  it('P1: digits are cut where nothing is said, and the digest covers them', async () => {
    const { code, said } = await command('run', 'MOMENTS', {});
    expect([code, said.tables[0].verified]).toEqual([0, true]);
    const cut = ['1999-12-31 23:59:59.999999', '2000-01-01 11:59:59.999999+00', '23:59:59.999999'];
    expect(await moments()).toEqual([first, [2, ...cut], none]);
  });

  it('on_extra_digits: round lets PostgreSQL round, and the digest leaves such columns out', async () => {
    const { code, said } = await command('run', 'MOMENTS', { on_extra_digits: 'round' });
    expect([code, said.tables[0].verified]).toEqual([0, true]);
    expect(said.tables[0].notices).toContain(
      'not part of the digest: at_ntz, at_tz, at_time (rounded, as on_extra_digits says)',
    );
    const rounded = ['2000-01-01 00:00:00', '2000-01-01 12:00:00+00', '24:00:00'];
    expect(await moments()).toEqual([first, [2, ...rounded], none]);
  });

  it('on_extra_digits: fail refuses the row that has them, and no other', async () => {
    const { code, said } = await command('run', 'MOMENTS', { on_extra_digits: 'fail' });
    expect(code).toBe(2);
    expect(said.tables[0].error.message).toContain('has more than 6 digits of a second');
    expect(said.tables[0].error.fix).toContain('on_extra_digits');
    expect(await moments()).toEqual([]);
    const options = { on_extra_digits: 'fail', on_row_error: 'quarantine' };
    expect((await command('run', 'MOMENTS', options)).code).toBe(4);
    expect(await moments()).toEqual([first, none]);
    const { rows } = await on.sql.query(
      'SELECT column_name, sqlstate FROM snowmelt.rejects WHERE state = $1',
      ['open'],
    );
    expect(rows).toEqual([{ column_name: 'at_ntz', sqlstate: '22007' }]);
  });

  it('on_extra_digits: text keeps all digits in new columns, and asks for text in old ones', async () => {
    const { code } = await command('run', 'MOMENTS', { on_extra_digits: 'text' });
    expect(code).toBe(0);
    const second = [
      '1999-12-31T23:59:59.999999999',
      '1999-12-31T23:59:59.999999999-12:00',
      '23:59:59.999999999',
    ];
    expect((await moments())[1]).toEqual([2, ...second]);
    await on.sql.query('ALTER TABLE vega.moments ALTER at_ntz TYPE timestamp USING NULL');
    const planned = await command('plan', 'MOMENTS', { on_extra_digits: 'text' });
    expect(JSON.stringify(planned.said)).toMatch(
      /at_ntz timestamp.* keeps 6 digits of TIMESTAMP_NTZ\(9\)/,
    );
    expect((await command('run', 'MOMENTS', { on_extra_digits: 'text' })).code).toBe(2);
  });

  it('P1: years after 9999 are kept, and the digest covers them', async () => {
    const { code, said, stderr } = await command('run', 'EPOCHS', {});
    expect(code, stderr).toBe(0);
    const { rows } = await on.sql.query('SELECT d::text, n::text, z::text FROM vega.epochs');
    expect(rows).toEqual([
      { d: '47024-02-29', n: '47024-02-29 01:02:03.123456', z: '10000-01-01 04:59:59.5+00' },
    ]);
    expect(said.tables[0].verified).toBe(true);
  });

  it('P1: an instant whose offset moves it over an end of the years goes as instants go', async () => {
    const ended = await command('run', 'EDGES', { on_row_error: 'quarantine' });
    expect(ended.code, ended.stderr).toBe(4);
    const { rows } = await on.sql.query('SELECT id, z::text, l::text FROM vega.edges ORDER BY id');
    expect(rows).toEqual([
      { id: 3, z: '0001-01-01 05:00:00+00', l: '0001-01-01 00:00:00+00' },
      { id: 4, z: '0001-01-01 00:00:00+00', l: '10000-01-01 04:59:59+00' },
      { id: 5, z: '10000-01-01 04:59:59+00', l: '2024-02-29 12:00:00+00' },
    ]);
    const { rows: refused } = await on.sql.query(
      `SELECT column_name, message FROM snowmelt.rejects
       WHERE target_table = 'edges' AND state = 'open' ORDER BY column_name`,
    );
    expect(refused.map((row) => row.column_name)).toEqual(['l', 'z']);
    expect(refused.map((row) => row.message)).toEqual([
      expect.stringContaining('year 0 is before 1'),
      expect.stringContaining('year 0 is before 1'),
    ]);
  });

  it('P1: an offset of zero is text like any other', async () => {
    await on.sql.query('CREATE TABLE vega.edges (id integer, z text, l text)');
    await command('run', 'EDGES', { on_row_error: 'quarantine' });
    const { rows } = await on.sql.query(
      'SELECT z, l FROM vega.edges WHERE id IN (2, 4, 5) ORDER BY id',
    );
    expect(rows).toEqual([
      { z: null, l: expect.stringMatching(/^0001-12-31T23:00:00.000000.*BC$/) },
      { z: '0001-01-01T00:00:00.000000+00:00', l: '10000-01-01T04:59:59.000000+00:00' },
      { z: '10000-01-01T04:59:59.000000+00:00', l: '2024-02-29T12:00:00.000000+00:00' },
    ]);
  });

  it('P1: a year before 1, and infinity where none may be, are refused and never another value', async () => {
    await on.sql.query('CREATE TABLE vega.extremes (id integer, d date, f numeric(10,2))');
    const ended = await command('run', 'EXTREMES', { on_row_error: 'quarantine' });
    expect(ended.code, ended.stderr).toBe(4);
    const { rows } = await on.sql.query('SELECT id, d::text, f::text FROM vega.extremes');
    expect(rows).toEqual([{ id: 3, d: '9999-12-31', f: '-0.25' }]);
    const { rows: refused } = await on.sql.query(
      `SELECT column_name, sqlstate FROM snowmelt.rejects
       WHERE target_table = 'extremes' AND state = 'open' ORDER BY sqlstate`,
    );
    expect(refused).toEqual([
      { column_name: 'f', sqlstate: '22003' },
      { column_name: 'd', sqlstate: '22007' },
    ]);
  });

  const texts = async () => {
    const query = { text: 'SELECT id, t, v::text FROM vega.texts ORDER BY id', rowMode: 'array' };
    return (await on.sql.query(query as pg.QueryArrayConfig)).rows;
  };

  it('on_unsupported_text: fail refuses U+0000 and names the key that decides', async () => {
    const { code, said } = await command('run', 'TEXTS', {});
    expect(code).toBe(2);
    expect(said.tables[0].error.fix).toContain('on_unsupported_text: strip or replace');
    expect(await texts()).toEqual([]);
  });

  it.each([
    ['strip', 'ab', '{"k": "x", "n": 1, "plain": "\\\\u0000"}', '"\\\\"'],
    [
      'replace',
      'a\uFFFDb\uFFFD',
      '{"n": 1, "k\uFFFD": "\uFFFDx\uFFFD\uFFFD", "plain": "\\\\u0000"}',
      '"\\\\\uFFFD"',
    ],
  ])(
    'on_unsupported_text: %s mends text and JSON, and no escaped backslash',
    async (policy, t, v, second) => {
      const { code, said, stderr } = await command('run', 'TEXTS', { on_unsupported_text: policy });
      expect([code, said.tables[0].verified], stderr).toEqual([0, true]);
      expect(await texts()).toEqual([
        [1, t, v],
        [2, 'c:\\0', second],
        [3, null, null],
      ]);
    },
  );

  const plain = [
    1,
    '[1, null, "undefined", "a\\",undefined,\\"b\\\\", null]',
    '{"NaN": "Infinity"}',
  ];
  const words = async () => {
    const query = {
      text: 'SELECT id, a::text, v::text FROM vega.words ORDER BY id',
      rowMode: 'array',
    };
    return (await on.sql.query(query as pg.QueryArrayConfig)).rows;
  };

  it('P1: SQL NULL in an ARRAY is null, and its word in a string stays; NaN refuses its row', async () => {
    const failed = await command('run', 'WORDS', {});
    expect(failed.code).toBe(2);
    expect(failed.said.tables[0].error.message).toContain('column v');
    expect(failed.said.tables[0].error.message).toContain('JSON has no NaN');
    expect(failed.said.tables[0].error.fix).toContain('on_unsupported_json: null or text');
    const ended = await command('run', 'WORDS', { on_row_error: 'quarantine' });
    expect(ended.code, ended.stderr).toBe(4);
    expect(await words()).toEqual([plain, [3, null, null]]);
  });

  it.each([
    ['null', '[null, null, null, null, "NaN", ",-Infinity"]'],
    ['text', '["NaN", "Infinity", "-Infinity", null, "NaN", ",-Infinity"]'],
  ])('on_unsupported_json: %s', async (policy, mended) => {
    const { code, said, stderr } = await command('run', 'WORDS', { on_unsupported_json: policy });
    expect(code, stderr).toBe(0);
    expect(await words()).toEqual([plain, [2, '[]', mended], [3, null, null]]);
    const notices: readonly string[] = said.tables[0].notices;
    const digits = notices.filter((notice) => notice.includes('DOUBLE in JSON'));
    expect(digits).toEqual(['A, V: a DOUBLE in JSON comes with 16 digits, as Snowflake writes it']);
  });

  it.each([
    ['jsonb', '{"a": null, "b": [1.5, {"a": ""}]}'],
    ['json', '{"a":null,"b":[1.5,{"a":""}]}'],
    ['text', '{"a":null,"b":[1.5,{"a":""}]}'],
  ])('P1: a %s column keeps all digits, and JSON null apart from NULL', async (type, object) => {
    if (type === 'text') await on.sql.query('CREATE TABLE vega.documents (id integer, v text)');
    const options = type === 'text' ? {} : { json_type: type };
    expect((await command('run', 'DOCUMENTS', options)).code).toBe(0);
    const { rows } = await on.sql.query(
      `SELECT v::text, format_type(atttypid, atttypmod) AS type
       FROM vega.documents, pg_attribute WHERE attrelid = 'vega.documents'::regclass AND attname = 'v' ORDER BY id`,
    );
    expect(rows.map((row) => row.type)).toEqual([type, type, type, type]);
    expect(rows.map((row) => row.v)).toEqual([
      '12345678901234567890123456789012345678',
      'null',
      null,
      object,
    ]);
  });
});
