import { runMigration, type TableJob } from '@snowmelt/core';
import { startDemo, type Demo } from '@snowmelt/demo';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { demoJob } from './support/demo-job.ts';
import { context, demoSource, inSnowflake } from './support/demo.ts';

describe('query_tag of a table', () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo({ tables: [] });
    for (const table of ['BY_QUERY', 'BY_UNLOAD', 'UNTAGGED']) {
      await inSnowflake(
        demo,
        `CREATE TABLE ${table} AS SELECT SEQ4() AS ID FROM TABLE(GENERATOR(ROWCOUNT => 5000))`,
      );
    }
  }, 120_000);

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
  });

  it('marks every statement about the table, in sessions that serve others as well', async () => {
    const jobs = [
      jobFor('BY_QUERY', { extract: 'query', queryTag: 'tag of query' }),
      jobFor('BY_UNLOAD', { extract: 'unload', queryTag: `tag 'of' unload` }),
      jobFor('UNTAGGED', { extract: 'unload' }),
    ];
    const report = await run(jobs);
    expect(report).toMatchObject({ status: 'completed', rows: 15_000 });
    const ofRun = (tag: string) => `${tag} run=${report.run}`;
    const history = await inSnowflake(
      demo,
      `SELECT query_tag, query_text FROM TABLE(information_schema.query_history())`,
    );
    const tagsOf = (part: string) => {
      const found = history.filter(([, text]) => text?.includes(part) === true);
      return [...new Set(found.map(([tag]) => String(tag)))];
    };
    expect(tagsOf('"BY_QUERY" AT(')).toEqual([ofRun('tag of query')]);
    expect(tagsOf('"BY_UNLOAD" AT(')).toEqual([ofRun(`tag 'of' unload`)]);
    expect(tagsOf('"UNTAGGED" AT(')).toEqual([ofRun('snowmelt')]);
    // The unload itself, and what is asked about its files.
    const both = ['snowmelt', `tag 'of' unload`].map(ofRun);
    expect(tagsOf('COPY INTO').toSorted()).toEqual(both);
    expect(tagsOf('GET_PRESIGNED_URL').toSorted()).toEqual(both);
  });

  async function run(jobs: readonly TableJob[]) {
    await using source = demoSource(demo);
    await using target = createPostgresTarget({ connection: { url: demo.databaseUrl } });
    await using status = createPostgresStatusStore({ connection: { url: demo.databaseUrl } });
    const hashes = { configHash: 'tags', executionHash: 'tags' };
    const request = {
      jobs,
      ...hashes,
      resume: { mode: 'never' },
      parallelThreads: 3,
      snapshotDelay: 0,
    } as const;
    return await runMigration(request, { source, target, status }, context);
  }

  function jobFor(
    table: string,
    { extract, ...changes }: Pick<TableJob, 'queryTag'> & Pick<TableJob['read'], 'extract'>,
  ): TableJob {
    const from = { databaseUrl: demo.databaseUrl, table, targetSchema: 'tags' };
    return demoJob(from, {
      mode: 'truncate',
      read: { extract, chunkColumns: [], sortColumns: [], batchRows: 1000 },
      ...changes,
    });
  }
});
