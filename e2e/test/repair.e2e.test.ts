import { startDemo, type Demo } from '@snowmelt/demo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';

describe('stages that runs have left behind', () => {
  let demo: Demo;
  const stageOf = (run: string) => `SNOWMELT_${run.replaceAll('-', '_').toUpperCase()}`;

  beforeAll(async () => {
    demo = await startDemo({ tables: [] });
    await inSnowflake(demo, 'CREATE TABLE SRC (ID NUMBER(9,0))', 'INSERT INTO SRC VALUES (1), (2)');
  }, 120_000);
  afterAll(() => demo?.[Symbol.asyncDispose]());

  const stages = async () =>
    (await inSnowflake(demo, 'SHOW STAGES')).map((row) => String(row[1])).toSorted();

  it('go with repair, and with the next run, where their run has ended; others stay', async () => {
    const [first] = demo.config['sources'] as [Record<string, unknown>];
    const table = { source: 'SRC', target: 'src', truncate_onstart: true, extract: 'unload' };
    await using config = await configFile({
      ...demo.config,
      sources: [{ ...first, tables: [table] }],
    });
    const say = async (...args: string[]) => {
      const { stdout, stderr, code } = await keptSnowmelt([
        ...args,
        '--config',
        config.path,
        '--json',
      ]);
      return { code, stderr, answer: JSON.parse(stdout) as { run: string; stages: unknown[] } };
    };
    const done = await say('run');
    expect(done.code, done.stderr).toBe(0);
    const ended = stageOf(done.answer.run);
    const unknown = stageOf(crypto.randomUUID());
    const left = async () => {
      await inSnowflake(
        demo,
        ...[ended, unknown, 'MINE'].map((name) => `CREATE STAGE IF NOT EXISTS ${name}`),
      );
    };
    await left();

    const dry = await say('repair', '--dry-run');
    expect(dry.code, dry.stderr).toBe(4);
    expect(await stages()).toEqual(['MINE', ended, unknown].toSorted());
    const repaired = await say('repair');
    expect(repaired.code, repaired.stderr).toBe(0);
    const said = expect.arrayContaining([
      expect.objectContaining({ run: done.answer.run, outcome: 'removed' }),
      expect.objectContaining({ outcome: 'unknown' }),
    ]) as unknown[];
    expect(dry.answer.stages).toEqual(said);
    expect(repaired.answer.stages).toEqual(said);
    expect(await stages()).toEqual(['MINE', unknown].toSorted());

    await left();
    expect((await say('run')).code).toBe(0);
    expect(await stages()).toEqual(['MINE', unknown].toSorted());
  });
});
