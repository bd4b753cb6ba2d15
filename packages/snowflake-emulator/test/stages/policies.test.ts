import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SqlEngine } from '../../src/engine/contract.ts';
import { openEngine, type TestSession } from './engine-fixture.ts';

// https://docs.snowflake.com/en/sql-reference/parameters#account-parameters

let engine: SqlEngine;
let session: TestSession;
const policies = [
  'PREVENT_UNLOAD_TO_INTERNAL_STAGES',
  'REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION',
  'REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION',
];
const forbid = (name: string) => session.run(`ALTER ACCOUNT SET ${name} = TRUE`);
beforeAll(async () => {
  ({ engine, session } = await openEngine());
  await session.run(
    "CREATE STORAGE INTEGRATION cloud TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_ALLOWED_LOCATIONS = ('s3://b/')",
  );
  await session.run('CREATE STAGE inside');
  await session.run("CREATE STAGE outside URL = 's3://b/p' STORAGE_INTEGRATION = cloud");
  await session.run(
    "CREATE STAGE keyed URL = 's3://b/q/' CREDENTIALS = (AWS_KEY_ID = 'k' AWS_SECRET_KEY = 's')",
  );
});
beforeEach(() => session.run(`ALTER ACCOUNT UNSET ${policies.join(', ')}`));
afterAll(() => engine.close());

const unload = (stage: string) =>
  session.run(`COPY INTO @${stage}/x FROM (SELECT 1) OVERWRITE = TRUE SINGLE = TRUE`);

describe('an account that prevents unloading to internal stages', () => {
  it('refuses COPY INTO each of them, and lets stages be made and files be put', async () => {
    await unload('inside');
    await forbid('PREVENT_UNLOAD_TO_INTERNAL_STAGES');
    for (const stage of ['inside', '~']) {
      await expect(unload(stage)).rejects.toMatchObject({ code: '003540', sqlState: '42501' });
    }
    await session.run('CREATE TEMPORARY STAGE another');
    await session.run("PUT 'file:///tmp/x.csv' @inside");
    await unload('outside');
  });
});

describe('an account that requires storage integrations', () => {
  it('refuses to make external stages without one', async () => {
    await forbid('REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION');
    await expect(session.run("CREATE STAGE bare URL = 's3://b/r'")).rejects.toThrow(
      'Creation of stages with direct credentials',
    );
    await session.run("CREATE OR REPLACE STAGE fine URL = 's3://b/r' STORAGE_INTEGRATION = cloud");
    await session.run('CREATE OR REPLACE STAGE inner_one');
    await unload('keyed');
  });

  it('refuses to use those that have none', async () => {
    await forbid('REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION');
    await expect(unload('keyed')).rejects.toMatchObject({ code: '003540' });
    await unload('outside');
    await unload('inside');
  });
});

describe('an external stage', () => {
  it('lists its files under their URLs, and needs its integration to be there', async () => {
    await unload('outside');
    const names = (await session.rows('LIST @outside')).map((row) => row[0]);
    expect(names).toEqual(['s3://b/p/x']);
    const [shown] = await session.rows("SHOW STAGES LIKE 'outside'");
    expect([shown?.[4], shown?.[10], shown?.[11], shown?.[13]]).toEqual([
      's3://b/p/',
      'EXTERNAL',
      'AWS',
      'CLOUD',
    ]);
    await expect(
      session.run("CREATE STAGE nope URL = 's3://b/' STORAGE_INTEGRATION = missing"),
    ).rejects.toMatchObject({ code: '002003' });
    await expect(session.run("PUT 'file:///tmp/x.csv' @outside")).rejects.toMatchObject({
      code: '000002',
    });
  });
});
