import { allTypesTable } from '@snowmelt/demo';
import { describe, expect, it } from 'vitest';

import { configFile, snowmelt } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

/** What PostgreSQL must say of rows 2 to 4, written down by hand: no code of the project made it. */
const expected = {
  c_number_38: [
    '99999999999999999999999999999999999999',
    '-99999999999999999999999999999999999999',
    '0',
  ],
  c_number_38_37: [
    '9.9999999999999999999999999999999999999',
    '-0.0000000000000000000000000000000000001',
    '0.0000000000000000000000000000000000000',
  ],
  c_number_12_2: ['9999999999.99', '-0.01', '0.00'],
  c_float: ['Infinity', '-Infinity', 'NaN'],
  c_boolean: ['true', 'false', null],
  c_varchar: [
    'quote " comma , newline\nreturn\r tab\t backslash \\ \\N \\. end',
    '',
    ' leading and trailing ',
  ],
  c_varchar_10: ['äöü€😀عر', '', '"'],
  c_char: ['x', '', ','],
  c_binary: ['\\x00ff7f80', '\\x', '\\x5c4e'],
  c_date: ['9999-12-31', '0001-01-01', '2000-02-29'],
  c_time_0: ['23:59:59', '00:00:00', '12:34:56'],
  c_time_9: ['23:59:59.999999', '00:00:00', '12:34:56.123456'],
  c_ntz_0: ['9999-12-31 23:59:59', '0001-01-01 00:00:00', '2000-02-29 12:34:56'],
  c_ntz_6: [
    '9999-12-31 23:59:59.999999',
    '0001-01-01 00:00:00.000001',
    '2000-02-29 12:34:56.123456',
  ],
  c_ntz_9: [
    '9999-12-31 23:59:59.999999',
    '1969-12-31 23:59:59.999999',
    '2000-02-29 12:34:56.123456',
  ],
  c_ltz: [
    '2038-01-19 03:14:08.123456+00',
    '1900-01-01 00:00:00+00',
    '2000-02-29 16:04:56.123456+00',
  ],
  c_tz: [
    '2024-02-28 22:00:00.123456+00',
    '1582-10-15 12:00:00+00',
    '2000-02-29 16:04:56.123456+00',
  ],
  c_object: ['{"k": "v", "n": 1}', '{}', '{"a": {"b": [[]]}, "z": 1}'],
  c_array: ['[1, "two", null, {"three": 3}]', '[]', '[[1, 2], [3]]'],
  c_vector: ['{1.5,-2.25,0}', '{0,0,0}', '{0.1,0.2,0.3}'],
  c_vector_int: ['{2147483647,-2147483648}', '{0,0}', '{1,-2}'],
  c_geography: [
    '{"coordinates":[7.44,46.95],"type":"Point"}',
    '{"coordinates":[[0,0],[1,1]],"type":"LineString"}',
    '{"coordinates":[[[0,0],[0,1],[1,1],[1,0],[0,0]]],"type":"Polygon"}',
  ],
  // EWKB: little-endian, type with the SRID flag, SRID, coordinates as IEEE 754 doubles.
  c_geometry: [
    '0101000020110F0000000000000000F03F0000000000000040',
    '01020000200000000002000000' + '00'.repeat(16) + '000000000000F03F000000000000F03F',
    '0104000020E610000002000000' +
      '0101000000000000000000F03F0000000000000040' +
      '010100000000000000000008400000000000001040',
  ],
  c_decfloat: [
    `0.${'0'.repeat(49)}12345678901234567890123456789012345678`,
    `-99${'0'.repeat(36)}`,
    '0',
  ],
  c_uuid: [
    'f353ca91-4fc5-49f2-9b9e-304f83d11914',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ],
  c_map: ['{"k": 1}', '{}', '{"b": 12345678901234567890123456789012345678}'],
  c_typed_array: ['[1, null, 3]', '[]', '[12345678901234567890123456789012345678]'],
  c_typed_object: ['{"a": 1, "b": "x"}', '{"a": -1, "b": null}', '{"a": null, "b": "\\""}'],
  c_years: ['178956970 years', '-3 years', '00:00:00'],
  c_months: ['1 year 2 mons', '-1 years -2 mons', '00:00:00'],
  c_hours: ['999999999:00:00', '-03:00:00', '00:00:00'],
  c_day_hour: ['1 day 02:00:00', '-1 days -02:00:00', '00:00:00'],
  c_day_minute: ['1 day 02:03:00', '-1 days -02:03:00', '00:00:00'],
  c_day_second: ['999999999 days 23:59:59.999999', '-1 days -02:03:04', '-00:00:00.6'],
  c_hour_minute: ['03:04:00', '-03:04:00', '00:00:00'],
  c_minute_second: ['01:01:04.5', '-00:03:04.001', '00:00:00'],
  'Quoted "Name" with, comma': ['spaces, "quotes" and commas in its name', '', '\\.'],
} as const;

describe('P1: every type with the values at its edges', () => {
  const on = useDemo({ tables: [allTypesTable] }, async ({ demo, sql }) => {
    await sql.query(`SET TimeZone = 'UTC'`);
    await using config = await configFile(demo.config);
    const { code, stderr } = await snowmelt(['run', '--config', config.path]);
    expect(code, stderr).toBe(0);
  });

  it.each(Object.entries(expected))('%s', async (column, values) => {
    const quoted = `"${column.replaceAll('"', '""')}"`;
    const { rows } = await on.sql.query(
      `SELECT ${quoted}::text AS value FROM vega.all_types WHERE id BETWEEN 2 AND 4 ORDER BY id`,
    );
    expect(rows.map(({ value }) => value)).toEqual(values);
  });

  it('a row of NULLs stays one, and a JSON null is not a NULL', async () => {
    const { rows } = await on.sql.query(
      `SELECT num_nonnulls(t.*) AS filled FROM vega.all_types t WHERE id = 1`,
    );
    expect(rows).toEqual([{ filled: 1 }]);
    const { rows: variants } = await on.sql.query(
      `SELECT id::int, c_variant::text AS value FROM vega.all_types WHERE id IN (1, 3) ORDER BY id`,
    );
    expect(variants).toEqual([
      { id: 1, value: null },
      { id: 3, value: 'null' },
    ]);
  });

  it('numbers inside a VARIANT keep their digits', async () => {
    const { rows } = await on.sql.query(
      `SELECT c_variant->>'big' AS big FROM vega.all_types WHERE id = 2`,
    );
    expect(rows).toEqual([{ big: '12345678901234567890123456789012345678' }]);
  });
});
