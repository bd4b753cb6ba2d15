import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TableRef } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { quoteTable } from '../src/sql/quote.ts';
import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';

let snowflake: TestSnowflake;
let database: string;

beforeAll(async () => {
  snowflake = await startSnowflake();
});

beforeEach(async () => {
  database = await snowflake.createDatabase();
});

afterAll(async () => {
  await snowflake[Symbol.asyncDispose]();
});

const tableRef = (name: string): TableRef => ({ database, schema: 'SALES', name });

async function make(kind: string, name: string, as: string): Promise<TableRef> {
  const ref = tableRef(name);
  await snowflake.run(`CREATE ${kind} ${quoteTable(ref)} ${as}`);
  return ref;
}

/** Why it can't be pinned, at a point so long after now; and the SELECTs that were asked for it. */
async function ask(ref: TableRef, secondsFromNow = 0) {
  await using source = snowflake.source({ connections: 1 });
  const context = testContext();
  const schema = await source.describe(ref, context);
  const now = await source.pins.pin(context);
  const at = new Date(Date.parse(now.at) + secondsFromNow * 1000).toISOString();
  const point = at.replace('Z', '000000+00:00');
  snowflake.emulator.stats.reset();
  const reason = await source.pins.unpinnable(
    schema,
    secondsFromNow === 0 ? now.at : point,
    context,
  );
  const statements = snowflake.emulator.stats.statements.map(({ sql }) => sql);
  return { reason, probes: statements.filter((sql) => sql.startsWith('SELECT')) };
}

describe('P3: what can be read as of a point in time', () => {
  it('a table that was there before: the catalog says it, nothing is asked', async () => {
    const table = await make('TABLE', 'OLD', '(A INT)');
    // As of two minutes later, the table is two minutes old.
    expect(await ask(table, 120)).toEqual({ reason: undefined, probes: [] });
  });

  it('a table of now is asked for no rows at the point', async () => {
    const table = await make('TABLE', 'FRESH', '(A INT)');
    const { reason, probes } = await ask(table);
    expect(reason).toBeUndefined();
    expect(probes).toEqual([expect.stringMatching(/ AT\(TIMESTAMP => .* LIMIT 0$/u)]);
  });

  it('a table made after the point has no past there', async () => {
    const table = await make('TABLE', 'LATER', '(A INT)');
    expect((await ask(table, -5)).reason).toMatch(/can't be read as of .*Time travel data/u);
    const much = await ask(table, -600);
    expect(much.reason).toContain('after the snapshot point');
    expect(much.probes).toEqual([]);
  });

  it('a table made anew since, under the same name', async () => {
    await make('TABLE', 'ANEW', '(A INT)');
    await using source = snowflake.source();
    const { at } = await source.pins.pin(testContext());
    const anew = await make('OR REPLACE TABLE', 'ANEW', '(A INT)');
    const schema = await source.describe(anew, testContext());
    expect(await source.pins.unpinnable(schema, at, testContext())).toBeTruthy();
  });

  it('retention 0 keeps no past, in transient tables as well', async () => {
    for (const kind of ['TABLE', 'TRANSIENT TABLE']) {
      const none = '(A INT) DATA_RETENTION_TIME_IN_DAYS = 0';
      const table = await make(kind, `NONE_${kind.length}`, none);
      expect(await ask(table, 120)).toEqual({
        reason: 'its DATA_RETENTION_TIME_IN_DAYS is 0',
        probes: [],
      });
    }
  });

  it('a view, secure or not, travels if what is under it does', async () => {
    const table = await make('TABLE', 'UNDER', '(A INT)');
    const none = await make('TABLE', 'KEEPS_NONE', '(A INT) DATA_RETENTION_TIME_IN_DAYS = 0');
    for (const kind of ['VIEW', 'SECURE VIEW']) {
      const good = await make(
        `OR REPLACE ${kind}`,
        'GOOD',
        `AS SELECT * FROM ${quoteTable(table)}`,
      );
      expect((await ask(good)).reason).toBeUndefined();
      const bad = await make(`OR REPLACE ${kind}`, 'BAD', `AS SELECT * FROM ${quoteTable(none)}`);
      expect((await ask(bad, -600)).reason).toContain(kind.toLowerCase());
    }
  });

  it('hybrid, dynamic and Iceberg tables are asked for no rows at the point', async () => {
    const under = await make('TABLE', 'BASE_OF_DYNAMIC', '(ID INT)');
    const kinds: Readonly<Record<string, string>> = {
      'HYBRID TABLE': '(ID INT PRIMARY KEY)',
      'DYNAMIC TABLE': `TARGET_LAG = '1 day' WAREHOUSE = WH REFRESH_MODE = FULL AS SELECT ID FROM ${quoteTable(under)}`,
      'ICEBERG TABLE': `(ID INT) CATALOG = 'SNOWFLAKE' EXTERNAL_VOLUME = 'v' BASE_LOCATION = 'i'`,
    };
    for (const [kind, as] of Object.entries(kinds)) {
      const ref = await make(kind, kind.replace(' ', '_'), as);
      expect(await ask(ref)).toEqual({
        reason: undefined,
        probes: [expect.stringContaining('LIMIT 0')],
      });
      expect((await ask(ref, -5)).reason).toContain(kind.slice(1, -6).toLowerCase());
    }
  });

  it('external tables and materialized views have no past, whoever asks', async () => {
    const under = await make('TABLE', 'BASE_OF_VIEW', '(ID INT)');
    const view = await make('MATERIALIZED VIEW', 'MADE', `AS SELECT ID FROM ${quoteTable(under)}`);
    expect(await ask(view, 120)).toEqual({
      reason: 'a materialized view has no Time Travel',
      probes: [],
    });
    const directory = await mkdtemp(join(tmpdir(), 'pinning-'));
    const file = join(directory, 'rows.csv');
    await writeFile(file, 'ID\n1\n');
    await snowflake.emulator.engine.loadFile({
      database,
      schema: 'SALES',
      table: 'OUTSIDE',
      file,
      format: 'csv',
      columns: [{ name: 'ID', type: 'NUMBER(38,0)' }],
      variant: 'external',
    });
    await rm(directory, { recursive: true });
    expect(await ask(tableRef('OUTSIDE'), 120)).toEqual({
      reason: 'an external table has no Time Travel',
      probes: [],
    });
  });

  it('nothing in a database that is imported from a share', async () => {
    await make('TABLE', 'ORDERS', '(A INT)');
    const view = await make(
      'SECURE VIEW',
      'BIG',
      `AS SELECT * FROM ${quoteTable(tableRef('ORDERS'))}`,
    );
    const share = `SHARE_${database}`;
    for (const sql of [
      `CREATE SHARE ${share}`,
      `GRANT USAGE ON DATABASE ${database} TO SHARE ${share}`,
      `GRANT USAGE ON SCHEMA ${database}.SALES TO SHARE ${share}`,
      `GRANT SELECT ON TABLE ${quoteTable(tableRef('ORDERS'))} TO SHARE ${share}`,
      `GRANT SELECT ON VIEW ${quoteTable(view)} TO SHARE ${share}`,
      `CREATE DATABASE SAMPLE_${database} FROM SHARE PROVIDER.${share}`,
    ]) {
      await snowflake.run(sql);
    }
    for (const name of ['ORDERS', 'BIG']) {
      const ref = { database: `SAMPLE_${database}`, schema: 'SALES', name };
      const { reason, probes } = await ask(ref, 120);
      expect(reason).toContain(`imported from a share (PROVIDER.${share})`);
      expect(probes).toEqual([]);
    }
  });

  it('P8: what passes is no reason either: the next one who asks is told', async () => {
    const view = await make('VIEW', 'BUSY', 'AS SELECT 1 AS A');
    await using source = snowflake.source({ tries: 1 });
    const schema = await source.describe(view, testContext());
    const { at } = await source.pins.pin(testContext());
    const message = 'Service is temporarily unavailable. Try again later.';
    const passing = { kind: 'fail-statement', code: '000610', sqlState: 'XX000', message } as const;
    snowflake.emulator.faults.add({ ...passing, match: { sqlIncludes: 'LIMIT 0' } });
    await expect(source.pins.unpinnable(schema, at, testContext())).rejects.toThrow('Try again');
    expect(await source.pins.unpinnable(schema, at, testContext())).toBeUndefined();
  });

  it('P8: what can not be read at all is an error, not an object without a past', async () => {
    const table = await make('TABLE', 'GONE', '(A INT)');
    await using source = snowflake.source();
    const schema = await source.describe(table, testContext());
    const { at } = await source.pins.pin(testContext());
    await snowflake.run(`DROP TABLE ${quoteTable(table)}`);
    await expect(source.pins.unpinnable(schema, at, testContext())).rejects.toMatchObject({
      code: 'SOURCE.TABLE_NOT_FOUND',
    });
  });
});
