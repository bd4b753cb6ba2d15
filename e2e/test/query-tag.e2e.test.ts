import { stripVTControlCharacters } from 'node:util';

import { runMigration, type TableJob } from '@snowmelt/core';
import { startDemo, type Demo } from '@snowmelt/demo';
import { createPostgresStatusStore } from '@snowmelt/status-pg';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { demoJob } from './support/demo-job.ts';
import { context, demoSource, inSnowflake } from './support/demo.ts';
import { keptSnowmelt } from './support/kept-command.ts';
import { configOf } from './support/run-config.ts';
import { configFile } from './support/snowmelt.ts';

describe('the tag of statements', () => {
  let demo: Demo;
  let ofTags = '';

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

  it('query_tag of a table marks every statement about it, in sessions that serve others as well', async () => {
    const jobs = [
      jobFor('BY_QUERY', { extract: 'query', queryTag: 'tag of query' }),
      jobFor('BY_UNLOAD', { extract: 'unload', queryTag: `tag 'of' unload` }),
      jobFor('UNTAGGED', { extract: 'unload' }),
    ];
    const report = await run(jobs);
    expect(report).toMatchObject({ status: 'completed', rows: 15_000 });
    ofTags = report.run;
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

  it('tells what Snowflake attributes to a run: late, then beside the estimate, and to whom it may', async () => {
    const { engine, stats } = demo.emulator;
    await using config = await configFile(configFor());
    await using loader = await configFile(configFor('LOADER'));
    const say = async (command: string, ...more: readonly string[]) => {
      stats.reset();
      const { path } = more.includes('loader') ? loader : config;
      const argv = [...command.split(' '), '-c', path, ...more.filter((one) => one !== 'loader')];
      const { stdout, stderr, code } = await keptSnowmelt(argv);
      expect(code, stderr).toBe(0);
      return stripVTControlCharacters(stdout);
    };
    const status = `status --run ${ofTags}`;
    for (const command of [status, 'history --all']) {
      expect(JSON.parse(await say(command, '--json'))).not.toHaveProperty('attribution');
      expect(stats.statements, command).toEqual([]);
    }
    expect(await say(status, '--attributed')).toContain(
      'Snowflake attributes nothing to it yet: that comes up to 8 hours late',
    );
    Object.assign(engine.attribution, { lateSeconds: 0, shortestMs: 0 });
    for (const command of [status, 'history --all']) {
      const { runs, attribution } = JSON.parse(await say(command, '--attributed', '--json'));
      const asked = stats.statements.filter(({ sql }) => sql.includes('ATTRIBUTION'));
      expect(asked, command).toHaveLength(1);
      expect(attribution).toEqual({ lateHours: 8, keptDays: 365 });
      expect(runs).toMatchObject([
        { id: ofTags, credits: expect.any(Number) as number, attributed: { state: 'so_far' } },
      ]);
      const { credits, statements, until } = runs[0].attributed;
      expect([credits > 0, statements > 10, Date.parse(until) <= Date.now()]).toEqual(
        Array.from({ length: 3 }, () => true),
      );
    }
    const [head, line] = (await say('history --all', '--attributed')).split('\n');
    expect(head).toMatch(/ Credits +Attributed/u);
    expect(line).toContain(' so far');

    await inSnowflake(demo, 'CREATE ROLE LOADER');
    const refused = await say(status, '--attributed', 'loader');
    expect(refused).toContain("Schema 'SNOWFLAKE.ACCOUNT_USAGE' does not exist");
    const [, grant = ''] = /in Snowflake: (.*);$/mu.exec(refused) ?? [];
    expect(await say('grants --for snowflake', 'loader')).toContain(`\n-- ${grant};\n`);
    await inSnowflake(demo, grant);
    expect(await say(status, '--attributed', 'loader')).toMatch(
      /^Snowflake attributes [\d.e-]+ credits to \d+ of its statements so far: that comes/mu,
    );
  });

  function configFor(role?: string): unknown {
    const config = configOf(demo, [{ source: 'BY_QUERY', target: 'by_query' }]);
    return { ...config, snowflake: { ...(config['snowflake'] as object), role } };
  }

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
