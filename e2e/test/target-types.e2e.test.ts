import { allTypesTable, startDemo, type Demo } from '@snowmelt/demo';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';

type Config = Record<string, unknown>;

describe('what the target database has decides the types of columns', () => {
  let demo: Demo;
  let sql: pg.Client;

  beforeEach(async () => {
    demo = await startDemo({ tables: [allTypesTable] });
    sql = new pg.Client({ connectionString: demo.databaseUrl });
    await sql.connect();
    await sql.query(`SET TimeZone = 'UTC'; CREATE SCHEMA IF NOT EXISTS vega`);
  }, 180_000);
  afterEach(async () => {
    await sql?.end();
    await demo?.[Symbol.asyncDispose]();
  });

  async function command(name: 'run' | 'plan', options: Config) {
    const [source] = demo.config['sources'] as [Config];
    const [table] = source['tables'] as [Config];
    const tables = [{ ...table, ...options }];
    await using file = await configFile({ ...demo.config, sources: [{ ...source, tables }] });
    return await keptSnowmelt([name, '--config', file.path, '--json']);
  }

  const narrow = `CREATE TABLE vega.all_types (
    id numeric(38,0) PRIMARY KEY, c_number_18 integer, c_number_12_2 numeric(6,1), c_float real,
    c_varchar_10 varchar(3), c_ntz_9 timestamp(0), c_time_9 time(0))`;
  const wide = {
    c_number_18: 'bigint',
    c_number_12_2: 'numeric(12,2)',
    c_float: 'double precision',
    c_varchar_10: 'character varying(10)',
    c_ntz_9: 'timestamp(6) without time zone',
    c_time_9: 'time(6) without time zone',
  };

  it.each([{}, { truncate_onstart: true }, { truncate_onstart: true, refresh: 'swap' }])(
    'P1: narrow columns are widened before rows move, with %j',
    async (mode) => {
      await sql.query(narrow);
      const options = { ...mode, schema_evolution: 'create_and_add', verify: 'digest' };
      const planned = await command('plan', options);
      const [{ notices, columns }] = JSON.parse(planned.stdout).tables as [
        { notices: string[]; columns: { target: string; becomes?: string }[] },
      ];
      const becoming = columns.flatMap(({ target, becomes }) =>
        becomes ? [[target, becomes]] : [],
      );
      expect(Object.fromEntries(becoming)).toEqual(wide);
      for (const [column, type] of Object.entries(wide)) {
        expect(notices).toContainEqual(expect.stringMatching(`^${column}: .* is widened to`));
        expect(notices.join('\n')).toContain(`is widened to ${type} for`);
      }
      const ended = await command('run', options);
      expect(ended.code, ended.stdout).toBe(0);
      const { rows } = await sql.query(
        `SELECT c_number_18::text, c_number_12_2::text, c_float::text, c_varchar_10,
                c_ntz_9::text, c_time_9::text FROM vega.all_types WHERE id IN (2, 5) ORDER BY id`,
      );
      expect(rows).toEqual([
        {
          c_number_18: '999999999999999999',
          c_number_12_2: '9999999999.99',
          c_float: 'Infinity',
          c_varchar_10: 'äöü€😀عر',
          c_ntz_9: '9999-12-31 23:59:59.999999',
          c_time_9: '23:59:59.999999',
        },
        {
          c_number_18: '1',
          c_number_12_2: '1.10',
          c_float: '1.7976931348623157e+308',
          c_varchar_10: 'NULL',
          c_ntz_9: null,
          c_time_9: null,
        },
      ]);
    },
    120_000,
  );

  it('a column that a view uses is left as it is, and the plan says which statement would do', async () => {
    await sql.query(`${narrow}; CREATE VIEW vega.v AS SELECT c_ntz_9 FROM vega.all_types`);
    const planned = await command('plan', { schema_evolution: 'create_and_add' });
    const [{ notices }] = JSON.parse(planned.stdout).tables as [{ notices: string[] }];
    expect(notices).toContainEqual(
      expect.stringMatching(
        /^c_ntz_9: .* is not widened, because of rule _RETURN on view vega\.v\. By hand: ALTER TABLE "vega"\."all_types" ALTER COLUMN "c_ntz_9" TYPE timestamp\(6\) without time zone;$/,
      ),
    );
    expect((await command('run', { schema_evolution: 'create_and_add' })).code).toBe(0);
    const { rows } = await sql.query('SELECT c_ntz_9::text AS at FROM vega.all_types WHERE id = 2');
    expect(rows).toEqual([{ at: '9999-12-31 23:59:59' }]);
  });

  it('with types of pgvector and PostGIS, columns are of them and get the text that they read', async () => {
    for (const name of ['vector', 'geography', 'geometry']) await sql.query(standIn(name));
    const ended = await command('run', {});
    expect(ended.code, ended.stdout).toBe(0);
    const { rows: columns } = await sql.query(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = 'vega.all_types'::regclass AND attname ~ '^c_(vector|geo)' ORDER BY 1`,
    );
    expect(columns).toEqual([
      { name: 'c_geography', type: 'geography' },
      { name: 'c_geometry', type: 'geometry' },
      { name: 'c_vector', type: 'vector(3)' },
      { name: 'c_vector_int', type: 'integer[]' },
    ]);
    const { rows } = await sql.query(
      'SELECT c_vector::text, c_geography::text, c_geometry::text FROM vega.all_types WHERE id = 2',
    );
    expect(rows).toEqual([
      {
        // As accounts write doubles in JSON (frostlake, VectorVariantEmbeddingTest); pgvector reads it.
        c_vector: '[1.500000000000000e+00,-2.250000000000000e+00,0.000000000000000e+00]',
        // POINT(7.44 46.95) with SRID 4326.
        c_geography: '0101000020E6100000C3F5285C8FC21D409A99999999794740',
        c_geometry: '0101000020110F0000000000000000F03F0000000000000040',
      },
    ]);
  });
});

/** Reads any text, and has a modifier as pgvector's type has: the extensions can't be installed everywhere. */
function standIn(name: string): string {
  return `
    CREATE TYPE ${name};
    CREATE FUNCTION ${name}_in(cstring) RETURNS ${name} AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
    CREATE FUNCTION ${name}_out(${name}) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
    CREATE TYPE ${name} (INPUT = ${name}_in, OUTPUT = ${name}_out, LIKE = text,
      TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout)`;
}
