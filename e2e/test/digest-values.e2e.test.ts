import * as fc from 'fast-check';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { configOf, runConfig } from './support/run-config.ts';
import { useDemo } from './support/use-demo.ts';

type Config = Record<string, unknown>;

const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '')}'`;
const moment = fc
  .tuple(
    fc.date({
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    }),
    fc.constantFrom('', '.5', '.123456', '.999999999', '.000000001'),
  )
  .map(([date, part]) => `${date.toISOString().slice(0, 19)}${part}`);
const whole = (digits: number) =>
  fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n }).map(String);
const text = (maxLength: number) => fc.string({ unit: 'grapheme-ascii', maxLength });
const blanks = fc.constantFrom('', ' ', '      ');

/** Literals of every type that takes part in a digest, NULL among them. */
const anyRow = fc.tuple(
  ...[
    fc.boolean().map(String),
    whole(38),
    fc.tuple(whole(16), fc.nat(9999)).map(([n, part]) => `${n}.${String(part).padStart(4, '0')}`),
    fc
      .tuple(fc.string({ unit: 'grapheme', maxLength: 60 }), blanks)
      .map((parts) => quoted(parts.join(''))),
    fc.tuple(text(5), blanks).map((parts) => quoted(parts.join(''))),
    fc
      .uint8Array({ maxLength: 20 })
      .map((bytes) => `TO_BINARY('${Buffer.from(bytes).toString('hex')}', 'HEX')`),
    moment.map((at) => quoted(at.slice(0, 10))),
    moment.map((at) => quoted(at.slice(11))),
    moment.map(quoted),
    moment.map((at) => quoted(`${at}+00:00`)),
    fc
      .tuple(moment, fc.constantFrom('+00:00', '-08:00', '+05:45', '+14:00', '-12:00'))
      .map((parts) => quoted(parts.join(''))),
  ].map((literal) => fc.oneof({ weight: 9, arbitrary: literal }, fc.constant('NULL'))),
);

describe('P1: verify: digest has no false alarm, and what it says it has compared', () => {
  const on = useDemo({ tables: [] }, async ({ demo, sql }) => {
    await sql.query(`SET TimeZone = 'Asia/Tokyo'; CREATE SCHEMA vega`);
    await inSnowflake(
      demo,
      `CREATE TABLE EXTREMES (ID NUMBER(9,0), B BOOLEAN, N NUMBER(38,0), P NUMBER(38,37), Q NUMBER(12,4),
         F FLOAT, T VARCHAR, S VARCHAR(10), X BINARY, D DATE, H TIME(9), NTZ TIMESTAMP_NTZ(9),
         LTZ TIMESTAMP_LTZ(9), TZ TIMESTAMP_TZ(9), V VARIANT)`,
      String.raw`INSERT INTO EXTREMES SELECT 1, TRUE, 99999999999999999999999999999999999999,
         9.9999999999999999999999999999999999999, -0.0001, 'NaN'::FLOAT, 'a "b" \\ \n , ä€', 'abc   ',
         TO_BINARY('00FF5C', 'HEX'), '0001-01-01', '23:59:59.999999999', '0001-01-01 00:00:00',
         '0001-01-01 00:00:00 +00:00', '0001-01-01 00:00:00 -05:00', PARSE_JSON('{"a\\"":"\\n"}')`,
      `INSERT INTO EXTREMES SELECT 2, FALSE, -99999999999999999999999999999999999999,
         -0.0000000000000000000000000000000000001, 12345678.9012, '-inf'::FLOAT, REPEAT('x', 100000), '          ',
         TO_BINARY('', 'HEX'), '9999-12-31', '00:00:00', '9999-12-31 23:59:59.999999999',
         '9999-12-31 23:59:59.999999999 +00:00', '9999-12-31 23:59:59 -05:00', PARSE_JSON('[1.50,null]')`,
      `INSERT INTO EXTREMES SELECT 3, NULL, 0, 1.5, 1.0050, -0.0::FLOAT, '', '', NULL,
         DATEADD('year', 45000, '2024-02-29'::DATE), '12:00:00.5',
         DATEADD('year', 45000, '2024-02-29 01:02:03.5'::TIMESTAMP_NTZ),
         '2024-02-29 12:00:00.123456 +05:45', '1582-10-10 01:02:03.000001 +14:00', NULL`,
      `INSERT INTO EXTREMES (ID, T, S) SELECT 4, 'blanks at the end  ', 'abc'`,
      `CREATE TABLE MOMENTS (ID NUMBER(9,0), TZ TIMESTAMP_TZ(6))`,
      `INSERT INTO MOMENTS VALUES (1, '0001-01-01 00:00:00 -05:00'), (2, '9999-12-31 23:59:59.999999 +00:00'),
         (3, '2024-02-29 23:30:00.5 -08:00'), (4, '2024-02-29 23:30:00 +05:45'), (5, NULL)`,
      `CREATE TABLE ENDS (ID NUMBER(9,0), TZ TIMESTAMP_TZ(6))`,
      `INSERT INTO ENDS VALUES (1, '0001-01-01 02:00:00 +01:00'), (2, '9999-12-31 23:00:00 +05:00'),
         (3, '9999-12-31 23:59:59 -05:00')`,
      `CREATE TABLE TOO_EARLY (ID NUMBER(9,0), TZ TIMESTAMP_TZ(6), LT TIMESTAMP_LTZ(6))`,
      `INSERT INTO TOO_EARLY VALUES (1, '0001-01-01 00:00:00 +01:00', NULL)`,
      `CREATE TABLE AT_NOON (ID NUMBER(9,0), LT TIMESTAMP_LTZ(6))`,
      `INSERT INTO AT_NOON VALUES (1, '2024-02-29 12:00:00 +02:00')`,
    );
  });

  const oneRow = async <T extends pg.QueryResultRow>(query: string) =>
    (await on.sql.query<T>(query)).rows[0];

  async function move(source: string, target: string, options: Config = {}) {
    const table = { source, target, verify: 'digest', truncate_onstart: true, ...options };
    const report = await runConfig(on.demo, configOf(on.demo, [table]), { mode: 'never' });
    return report.tables[0]!;
  }

  it.each(['query', 'unload'])('extreme values into new columns, by %s', async (extract) => {
    const table = await move('EXTREMES', `extremes_${extract}`, { extract });
    expect(table.error?.message).toBeUndefined();
    expect(table).toMatchObject({ rows: 4, verified: true });
    expect(table.verification).toEqual({
      by: 'digest',
      leftOut: [
        { column: 'f', why: 'both sides write its digits differently' },
        { column: 'v', why: 'both sides write JSON differently' },
      ],
    });
  });

  it('columns that change values as they store them', async () => {
    await on.sql
      .query(`CREATE TABLE vega.narrow (id int, b text, n numeric, p numeric(38,10), q numeric(10,2),
      f real, t varchar(100000), s char(10), x bytea, d timestamp, h time(3), ntz timestamptz,
      ltz timestamptz(3), tz timestamptz(0), v json)`);
    const table = await move('EXTREMES', 'narrow');
    expect(table.error?.message).toBeUndefined();
    expect(table).toMatchObject({ rows: 4, verified: true });
    expect(table.verification?.by).toBe('digest');
    const left = Object.fromEntries(
      (table.verification?.leftOut ?? []).map(({ column, why }) => [column, why]),
    );
    expect(left).toMatchObject({
      p: 'the target rounds its digits',
      q: 'the target rounds its digits',
      b: 'the target keeps it as another type',
      ntz: 'the target keeps it with another zone',
    });
    expect(table.verification?.trimmed).toEqual(['t', 's']);
    expect(table.notices.join('\n')).toContain('p, q (the target rounds its digits)');
  });

  it('any values into any columns that take them', async () => {
    const seed = Date.now();
    const rows = fc.sample(anyRow, { seed, numRuns: 40 });
    const tuples = rows.map((row, id) => `(${[id, ...row].join(', ')})`);
    await inSnowflake(
      on.demo,
      `CREATE TABLE ANY_VALUES (ID NUMBER(9,0), B BOOLEAN, N NUMBER(38,0), Q NUMBER(20,4), T VARCHAR,
         S VARCHAR(12), X BINARY, D DATE, H TIME(9), NTZ TIMESTAMP_NTZ(9), LTZ TIMESTAMP_LTZ(9), TZ TIMESTAMP_TZ(9))`,
      `INSERT INTO ANY_VALUES VALUES ${tuples.join(', ')}`,
    );
    const places: readonly (readonly [columns: string, rules: Config, left: readonly string[]])[] =
      [
        [
          'b boolean, n numeric, q numeric(30,10), t text, s varchar(12), x bytea, d date, h time(0), ntz timestamp(0), ltz timestamptz, tz timestamptz(3)',
          {},
          [],
        ],
        [
          'n numeric(38,0), q numeric(20,2), t bpchar, s char(12), ltz timestamp(0), tz timestamp',
          { on_lost_zone: 'utc' },
          ['q'],
        ],
        [
          't varchar(100), s varchar(5), h time(3), d timestamp, tz timestamp(3)',
          { on_lost_zone: 'wall_clock' },
          ['d'],
        ],
        [
          'n numeric, h time, ntz timestamptz, tz text',
          { on_extra_digits: 'round' },
          ['h', 'ntz', 'tz'],
        ],
      ];
    for (const [index, [columns, rules, left]] of places.entries()) {
      await on.sql.query(`CREATE TABLE vega.any_${index} (${columns})`);
      const table = await move('ANY_VALUES', `any_${index}`, rules);
      const said = `seed ${seed}, ${columns}: ${table.error?.message}`;
      expect(table, said).toMatchObject({ rows: 40, verified: true });
      const columnsLeft = (table.verification?.leftOut ?? []).map(({ column }) => column);
      expect(columnsLeft, said).toEqual(left);
    }
  }, 120_000);

  it('says count where only rows were counted', async () => {
    const table = await move('MOMENTS', 'counted', { verify: 'count' });
    expect(table.verification).toEqual({ by: 'count' });
  });

  it('a moment before the year 1 is refused, with its offset and without', async () => {
    const { error } = await move('TOO_EARLY', 'too_early');
    expect(error?.message).toContain('TARGET.ROW_REJECTED');
    expect(error?.message).toContain('its year is before 1');
  });

  describe('TIMESTAMP_TZ into timestamp', () => {
    const texts = async (table: string) => {
      const { rows } = await on.sql.query<{ tz: string }>(
        `SELECT coalesce(tz::text, 'NULL') AS tz FROM vega.${table} ORDER BY id`,
      );
      return rows.map(({ tz }) => tz);
    };

    it('is refused where nobody says what is meant', async () => {
      await on.sql.query('CREATE TABLE vega.unsaid (id int, tz timestamp)');
      const { error } = await move('MOMENTS', 'unsaid');
      expect(error).toMatchObject({ code: 'TARGET.TABLE_UNSUITABLE' });
      expect(error?.message).toContain('on_lost_zone');
    });

    it('on_lost_zone: utc keeps the moment', async () => {
      await on.sql.query('CREATE TABLE vega.utc (id int, tz timestamp)');
      const table = await move('MOMENTS', 'utc', { on_lost_zone: 'utc' });
      expect(table.error?.message).toBeUndefined();
      expect(table).toMatchObject({ verified: true, verification: { by: 'digest' } });
      expect(table.notices).toContain(
        'TZ: TIMESTAMP_TZ(6) is kept without its time zone, as it stands in UTC',
      );
      expect(await texts('utc')).toEqual([
        '0001-01-01 05:00:00',
        '9999-12-31 23:59:59.999999',
        '2024-03-01 07:30:00.5',
        '2024-02-29 17:45:00',
        'NULL',
      ]);
    });

    it('on_lost_zone: wall_clock keeps what the clock shows', async () => {
      await on.sql.query('CREATE TABLE vega.clock (id int, tz timestamp)');
      const table = await move('MOMENTS', 'clock', { on_lost_zone: 'wall_clock' });
      expect(table.error?.message).toBeUndefined();
      expect(table).toMatchObject({ verified: true, verification: { by: 'digest' } });
      expect(await texts('clock')).toEqual([
        '0001-01-01 00:00:00',
        '9999-12-31 23:59:59.999999',
        '2024-02-29 23:30:00.5',
        '2024-02-29 23:30:00',
        'NULL',
      ]);
    });

    it('a clock at the ends of the years is right, or its row is refused', async () => {
      await on.sql.query('CREATE TABLE vega.ends (id int, tz timestamp)');
      const rules = { on_lost_zone: 'wall_clock', on_row_error: 'quarantine' };
      const { findings } = await move('ENDS', 'ends', rules);
      expect(await texts('ends')).toEqual(['0001-01-01 02:00:00', '9999-12-31 23:00:00']);
      expect(findings[0]?.message).toContain('1 row');
      const kept = await oneRow<{ reason: string }>(
        `SELECT message AS reason FROM snowmelt.rejected_rows`,
      );
      expect(kept?.reason).toContain('is after 9999');
    });

    it('wall_clock is for no key, no watermark, and no TIMESTAMP_LTZ', async () => {
      await on.sql.query('CREATE TABLE vega.keyed (id int, tz timestamp PRIMARY KEY)');
      await on.sql.query('CREATE TABLE vega.noon (id int, lt timestamp)');
      const clock = { on_lost_zone: 'wall_clock', truncate_onstart: false };
      const refused = [
        await move('MOMENTS', 'keyed', { ...clock, uniqueness_columns: ['TZ'] }),
        await move('MOMENTS', 'clock', {
          ...clock,
          source_watermark: 'TZ',
          target_watermark: 'tz',
        }),
        await move('AT_NOON', 'noon', clock),
      ];
      const code = 'TARGET.TABLE_UNSUITABLE';
      expect(refused.map(({ error }) => error?.code)).toEqual([code, code, code]);
      const noon = await move('AT_NOON', 'noon', { on_lost_zone: 'utc' });
      expect(noon).toMatchObject({ status: 'completed', verified: true });
      expect(await oneRow('SELECT lt::text AS lt FROM vega.noon')).toEqual({
        lt: '2024-02-29 10:00:00',
      });
    });

    it('P1: an increment by a watermark that is kept in UTC begins where the last one ended', async () => {
      await on.sql.query('CREATE TABLE vega.later (id int, tz timestamp)');
      const rules = {
        on_lost_zone: 'utc',
        truncate_onstart: false,
        source_watermark: 'TZ',
        target_watermark: 'tz',
        verify: 'count',
      };
      await inSnowflake(on.demo, 'CREATE TABLE LATER (ID NUMBER(9,0), TZ TIMESTAMP_TZ(6))');
      await inSnowflake(on.demo, `INSERT INTO LATER VALUES (1, '2024-02-29 12:00:00 +02:00')`);
      expect(await move('LATER', 'later', rules)).toMatchObject({ rows: 1 });
      await inSnowflake(
        on.demo,
        `INSERT INTO LATER VALUES (2, '2024-02-29 06:00:01 -04:00'), (3, '2024-02-29 11:59:59 +02:00')`,
      );
      expect(await move('LATER', 'later', rules)).toMatchObject({ rows: 1, status: 'completed' });
      expect(await texts('later')).toEqual(['2024-02-29 10:00:00', '2024-02-29 10:00:01']);
    });
  });
});
