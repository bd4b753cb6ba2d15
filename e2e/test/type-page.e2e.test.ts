import { encodeCsvRow } from '@snowmelt/core';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseType } from '../../packages/source-snowflake/src/types/parse-type.ts';
import { snowflakeTypes } from '../../packages/source-snowflake/src/types/snowflake-types.ts';
import { compatibility } from '../../packages/target-postgres/src/types/compatibility.ts';
import { postgresType } from '../../packages/target-postgres/src/types/type-map.ts';

describe('docs/reference/types.md', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'`);
  });
  afterAll(async () => {
    await client.end();
    await database[Symbol.asyncDispose]();
  });

  it.each(snowflakeTypes.filter(({ native }) => native !== 'FILE'))(
    'every text of $native is read by the column that a run creates',
    async ({ native, texts }) => {
      const type = parseType(native);
      const column = postgresType(type);
      expect(column).toBeDefined();
      expect(texts).not.toEqual([]);
      for (const text of texts) {
        // The input function of the type: the same that COPY calls.
        const { rows } = await client.query(`SELECT $1::text::${column} IS NOT NULL AS read`, [
          text,
        ]);
        expect(rows).toEqual([{ read: true }]);
        expect(encodeCsvRow([text])).not.toBe('');
      }
    },
  );

  it('a column that a run creates takes its source without a word', () => {
    const warned = snowflakeTypes.flatMap(({ native }) => {
      const type = parseType(native);
      const nativeType = postgresType(type);
      if (nativeType === undefined) return [];
      const rest = { nullable: true, hasDefault: false, generated: false };
      const { fits } = compatibility(type, {
        name: 'c',
        type,
        nativeType: formatted(nativeType),
        ...rest,
      });
      return fits === 'yes' ? [] : [`${native} ${fits}`];
    });
    // What PostgreSQL has no room for at all: numbers below 1e-16383, years above 178956970.
    expect(warned).toEqual([
      'DECFLOAT(38) cast',
      'INTERVAL YEAR(9) cast',
      'INTERVAL YEAR(9) TO MONTH cast',
    ]);
  });
});

/** As `format_type` spells what `postgresType` gives. */
function formatted(type: string): string {
  return type
    .replace(/^varchar/, 'character varying')
    .replace(/^timestamptz(\(\d\))/, 'timestamp$1 with time zone')
    .replace(/^(timestamp|time)(\(\d\))$/, '$1$2 without time zone');
}
