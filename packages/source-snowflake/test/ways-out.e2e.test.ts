import type { ReadOptions, TableSchema } from '@snowmelt/core';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';

let snowflake: TestSnowflake;
let database: string;
let large: TableSchema;

beforeAll(async () => {
  snowflake = await startSnowflake();
});

beforeEach(async () => {
  database = await snowflake.createDatabase();
  large = tableOf('LARGE');
  snowflake.emulator.stats.reset();
});

afterEach(async () => {
  await snowflake.run('ALTER ACCOUNT UNSET PREVENT_UNLOAD_TO_INTERNAL_STAGES');
  const left = await snowflake.run(`SHOW STAGES LIKE 'SNOWMELT_PROBE%' IN ACCOUNT`);
  expect(left).toHaveLength(0);
});

afterAll(async () => {
  await snowflake[Symbol.asyncDispose]();
});

function tableOf(name: string): TableSchema {
  const ref = { database, schema: 'SALES', name };
  return {
    ref,
    kind: 'table',
    columns: [],
    primaryKey: [],
    estimatedRows: 1e9,
    estimatedBytes: 1e12,
  };
}

function readBy(extract: ReadOptions['extract'], stage?: string): ReadOptions {
  const read = { extract, chunkColumns: [], sortColumns: [], batchRows: 1000 };
  return stage === undefined ? read : { ...read, stage };
}

/** What `auto` takes, and what `unload` says. */
async function choices(stage?: string) {
  await using source = snowflake.source();
  const context = testContext({ clock: fastClock(20) });
  const auto = await source.extracts.choose(large, readBy('auto', stage), context);
  const unload: unknown = await source.extracts
    .choose(large, readBy('unload', stage), context)
    .catch((error: unknown) => error);
  return { auto, unload };
}

const statements = (word: string) =>
  snowflake.emulator.stats.statements.filter(({ sql }) => sql.startsWith(word));

describe('P8: whether an unload works is found by one row, before anything is begun', () => {
  it('it does, and nothing of it stays', async () => {
    expect(await choices()).toEqual({ auto: { extract: 'unload' }, unload: { extract: 'unload' } });
    expect(statements('COPY INTO')).toHaveLength(1);
    expect(snowflake.emulator.stats.requests['stage-file']).toBe(1);
  });

  it('once for all tables of a schema', async () => {
    await using source = snowflake.source({ connections: 3 });
    const context = testContext();
    const tables = Array.from({ length: 50 }, (_, index) => tableOf(`T${index}`));
    await Promise.all(tables.map((one) => source.extracts.choose(one, readBy('auto'), context)));
    expect(statements('COPY INTO')).toHaveLength(1);
    expect(statements('CREATE STAGE')).toHaveLength(1);
  });

  it('not for a small table, which is read by query', async () => {
    await using source = snowflake.source();
    const small = { ...large, estimatedRows: 10, estimatedBytes: 100 };
    const choice = await source.extracts.choose(small, readBy('auto'), testContext());
    expect(choice).toEqual({ extract: 'query' });
    expect(snowflake.emulator.stats.statements).toEqual([]);
  });

  it('a policy that forbids unloading to internal stages, though stages can be made', async () => {
    await snowflake.run('ALTER ACCOUNT SET PREVENT_UNLOAD_TO_INTERNAL_STAGES = TRUE');
    const { auto, unload } = await choices();
    expect(auto).toEqual({
      extract: 'query',
      because: expect.stringMatching(/nothing can be unloaded .*forbidden for this account/u),
    });
    expect(unload).toMatchObject({
      code: 'SOURCE.UNLOAD_UNAVAILABLE',
      retry: 'never',
      fix: expect.stringContaining('PREVENT_UNLOAD_TO_INTERNAL_STAGES'),
    });
  });

  it('a role that may make no stage', async () => {
    const refused = {
      kind: 'fail-statement',
      code: '003001',
      sqlState: '42501',
      message: `SQL access control error:\nInsufficient privileges to operate on schema 'SALES'.`,
      match: { sqlIncludes: 'CREATE STAGE' },
      times: 2,
    } as const;
    snowflake.emulator.faults.add(refused);
    const { auto, unload } = await choices();
    expect(auto).toMatchObject({ extract: 'query', because: expect.stringContaining('no stage') });
    expect(unload).toMatchObject({
      code: 'SOURCE.UNLOAD_UNAVAILABLE',
      fix: expect.stringContaining(`GRANT CREATE STAGE ON SCHEMA "${database}"."SALES"`),
    });
    snowflake.emulator.faults.clear();
    expect((await choices()).unload, 'once it is granted').toMatchObject({ extract: 'unload' });
  });

  it('an imported database, where nothing can be made', async () => {
    for (const sql of [
      `CREATE TABLE ${database}.SALES.ORDERS (A INT)`,
      `CREATE SHARE S_${database}`,
      `GRANT USAGE ON DATABASE ${database} TO SHARE S_${database}`,
      `GRANT USAGE ON SCHEMA ${database}.SALES TO SHARE S_${database}`,
      `GRANT SELECT ON TABLE ${database}.SALES.ORDERS TO SHARE S_${database}`,
      `CREATE DATABASE IMPORTED_${database} FROM SHARE P.S_${database}`,
    ]) {
      await snowflake.run(sql);
    }
    large = { ...large, ref: { ...large.ref, database: `IMPORTED_${database}` } };
    const { auto, unload } = await choices();
    expect(auto).toMatchObject({ extract: 'query', because: expect.stringContaining('no stage') });
    expect(unload).toMatchObject({ code: 'SOURCE.UNLOAD_UNAVAILABLE' });
  });

  it("a user's stage that encrypts at the client, whose URLs give cipher text", async () => {
    await snowflake.run(`CREATE STAGE ${database}.SALES.FULL`);
    const { auto, unload } = await choices(`@${database}.SALES.FULL/some/place`);
    expect(auto).toEqual({
      extract: 'query',
      because: expect.stringContaining('encrypts at the client'),
    });
    expect(unload).toMatchObject({
      code: 'SOURCE.UNLOAD_UNAVAILABLE',
      fix: expect.stringContaining('SNOWFLAKE_SSE'),
    });
    expect(await snowflake.run(`LIST @${database}.SALES.FULL`)).toHaveLength(0);
  });

  it('an external stage without a storage integration', async () => {
    const integration = `CREATE STORAGE INTEGRATION IF NOT EXISTS CLOUD TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'AZURE' ENABLED = TRUE STORAGE_ALLOWED_LOCATIONS = ('azure://a.blob.core.windows.net/c/')`;
    const url = `URL = 'azure://a.blob.core.windows.net/c/${database}/'`;
    await snowflake.run(integration);
    await snowflake.run(
      `CREATE STAGE ${database}.SALES.KEYED ${url} CREDENTIALS = (AZURE_SAS_TOKEN = '?none')`,
    );
    await snowflake.run(`CREATE STAGE ${database}.SALES.GIVEN ${url} STORAGE_INTEGRATION = CLOUD`);
    const { auto, unload } = await choices(`@${database}.SALES.KEYED`);
    expect(auto).toMatchObject({ extract: 'query' });
    expect(unload).toMatchObject({
      code: 'SOURCE.UNLOAD_UNAVAILABLE',
      fix: expect.stringContaining('storage integration'),
    });
    expect(await choices(`@${database}.SALES.GIVEN`)).toEqual({
      auto: { extract: 'unload' },
      unload: { extract: 'unload' },
    });
  });

  it("a user's stage that works, with -- and blanks in its path, is left as it was", async () => {
    await snowflake.run(
      `CREATE STAGE ${database}.SALES."my -- stage" ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`,
    );
    const { auto, unload } = await choices(`@${database}.SALES."my -- stage"/a--b/it's here/`);
    expect([auto, unload]).toEqual([{ extract: 'unload' }, { extract: 'unload' }]);
    expect(await snowflake.run(`LIST '@${database}.SALES."my -- stage"'`)).toHaveLength(0);
  });

  it('a stage that is not there', async () => {
    const { auto, unload } = await choices(`@${database}.SALES.NO_SUCH`);
    expect(auto).toMatchObject({ extract: 'query' });
    expect(unload).toMatchObject({ code: 'SOURCE.UNLOAD_UNAVAILABLE' });
  });

  it('storage that this machine does not reach', async () => {
    const blocked = { kind: 'http-status', status: 403 } as const;
    snowflake.emulator.faults.add({ ...blocked, match: { endpoint: 'stage-file' }, times: 99 });
    const { auto, unload } = await choices();
    expect(auto).toMatchObject({
      extract: 'query',
      because: expect.stringContaining('downloaded'),
    });
    expect(unload).toMatchObject({ code: 'SOURCE.UNLOAD_UNAVAILABLE' });
    snowflake.emulator.faults.clear();
  });

  it.each([
    { kind: 'corrupt' },
    { kind: 'truncate' },
    { kind: 'drop', afterBytes: 9 },
    { kind: 'http-status', status: 503 },
  ] as const)('a download that breaks once ($kind) says nothing', async (fault) => {
    snowflake.emulator.faults.add({ ...fault, match: { endpoint: 'stage-file' }, times: 1 });
    expect((await choices()).unload).toEqual({ extract: 'unload' });
    expect(snowflake.emulator.faults.list()[0]?.strikes).toBe(1);
    snowflake.emulator.faults.clear();
  });

  it('downloads that break each time are told as that, not as encryption', async () => {
    const broken = { kind: 'truncate', match: { endpoint: 'stage-file' } } as const;
    snowflake.emulator.faults.add({ ...broken, times: 99 });
    const { auto, unload } = await choices();
    expect(auto).toMatchObject({ extract: 'query', because: expect.stringContaining('broke off') });
    expect(unload).toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
    snowflake.emulator.faults.clear();
  });

  it('what passes is no answer: a lost warehouse or session is told as itself', async () => {
    const message = 'No active warehouse selected in the current session.';
    const lost = { kind: 'fail-statement', code: '000606', sqlState: '57P03', message } as const;
    snowflake.emulator.faults.add({ ...lost, match: { sqlIncludes: 'COPY INTO' } });
    await using source = snowflake.source();
    const asked = () => source.extracts.choose(large, readBy('auto'), testContext());
    await expect(asked()).rejects.toMatchObject({ code: 'SOURCE.NO_WAREHOUSE' });
    expect(await asked()).toEqual({ extract: 'unload' });
  });
});
