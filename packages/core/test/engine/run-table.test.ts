import { changeLoading, type FaultInjector } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { SnowmeltError, type Finding, type References } from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

const refused = { kind: 'refuse', error: new SnowmeltError('SOURCE.AUTH_FAILED', 'no') } as const;

describe('a table that ends early', () => {
  it('P8: says how it was to be read, and that the indexes dropped for it are away', async () => {
    const world = new World();
    world.addTable('A', 5);
    const jobs = [job('A', { extract: 'unload', rebuildIndexes: true })];
    const failed = await run(jobs, world.adapters({ open: () => refused }));
    expect(failed.tables[0]).toMatchObject({ status: 'failed', extract: 'unload' });
    expect(failed.tables[0]?.notices.join()).toContain('stay away until a run completes the table');
    const mended = await run(jobs, world.adapters());
    expect(mended.tables[0]?.notices.join()).not.toContain('stay away');
  });
});

it('whoever looks on is told where a table is on its way', async () => {
  const world = new World();
  world.addTable('A', 5);
  const phases: string[] = [];
  const observer = { tablePhase: (key: string, phase: string) => phases.push(`${key} ${phase}`) };
  await run([job('A')], world.adapters(), { observer });
  expect(phases).toEqual(['A loading', 'A reconciling', 'A publishing', 'A verifying']);
});

describe('what the target says when it publishes', () => {
  it('P1: rows that are gone from it are read anew, and each is there once', async () => {
    const world = new World();
    world.addTable('A', 25);
    const adapters = world.adapters();
    const memory = adapters.target;
    const target = changeLoading(memory, {
      async publish(plan, context) {
        if (plan.restarts !== undefined) return memory.publish(plan, context);
        return { rows: 0, restart: await memory.restart(plan, 'somebody has emptied it', context) };
      },
    });
    const jobs = [job('A', { mode: 'append', verify: 'count' })];
    const report = await run(jobs, { ...adapters, target });
    expect(report).toMatchObject({ status: 'completed', rows: 25 });
    expect(report.tables[0]?.notices).toContain('begun anew: somebody has emptied it');
    expect(world.targetRows('A')).toEqual(rowsOf(25));
  });

  it('P8: what it lacks although its rows are in is in the report', async () => {
    const world = new World();
    world.addTable('A', 5);
    const adapters = world.adapters();
    const memory = adapters.target;
    const finding: Finding = {
      code: 'TARGET.INDEX_NOT_REBUILT',
      severity: 'warning',
      message: 'an index is away',
      fix: 'Build it.',
    };
    const target = changeLoading(memory, {
      publish: async (plan, context) => ({
        ...(await memory.publish(plan, context)),
        findings: [finding],
      }),
    });
    const report = await run([job('A')], { ...adapters, target });
    expect(report.tables[0]).toMatchObject({ status: 'completed', findings: [finding] });
  });
});

describe('a table whose rows are merged', () => {
  it('says what became of them: in the report, in the store, and when it is found completed', async () => {
    const world = new World();
    for (const name of ['A', 'B']) world.addTable(name, 5);
    const merged = { inserted: 3, updated: 1, unchanged: 1, deleted: 2 };
    const jobs = ['A', 'B'].map((name) => job(name));
    const adapters = (open: boolean) => {
      const { target, ...rest } = world.adapters(open ? {} : { open: refusingB });
      const publish: typeof target.publish = async (plan, context) => ({
        ...(await target.publish(plan, context)),
        merged,
      });
      return { ...rest, target: changeLoading(target, { publish }) };
    };
    const refusingB: FaultInjector = ({ chunk }) =>
      chunk.expectedRows === 5 ? refused : undefined;
    world.replaceRows('A', 4);
    const first = await run(jobs, adapters(false));
    expect(first.tables).toMatchObject([{ merged }, { status: 'failed' }]);
    expect(first.tables[1]).not.toHaveProperty('merged');
    const [kept] = await world.adapters().status.runs(1);
    expect(kept?.tables[0]).toMatchObject({ merged });
    const second = await run(jobs, adapters(true));
    expect(second.tables).toMatchObject([
      { status: 'skipped', merged },
      { status: 'completed', merged },
    ]);
  });
});

describe('tables that are emptied together', () => {
  /** Whoever empties PARENT empties CHILD. */
  function tied(world: World) {
    const adapters = world.adapters();
    const dependents: References['dependents'] = async ({ name, ...rest }) =>
      name === 'PARENT' ? [{ ...rest, name: 'CHILD' }] : [];
    return { ...adapters, target: { ...adapters.target, references: { dependents } } };
  }

  it('P5: none is emptied where one of them can not be planned', async () => {
    const world = new World();
    world.addTable('PARENT', 5);
    world.addTable('CHILD', 5);
    const jobs = [job('PARENT'), job('CHILD')];
    await run(jobs, tied(world));
    world.replaceRows('PARENT', 7);

    const adapters = tied(world);
    const describe = adapters.source.describe.bind(adapters.source);
    adapters.source.describe = async (ref, context) => {
      if (ref.name === 'CHILD') throw new SnowmeltError('SOURCE.TABLE_NOT_FOUND', 'it is gone');
      return describe(ref, context);
    };
    const report = await run(jobs, adapters, { resume: { mode: 'never' } });
    expect(report.tables.map(({ error }) => error?.code)).toEqual([
      'TARGET.TRUNCATE_CASCADES',
      'SOURCE.TABLE_NOT_FOUND',
    ]);
    expect(report.tables[0]?.error?.message).toContain('it is gone');
    expect(world.targetRows('PARENT')).toEqual(rowsOf(5));
    expect(world.targetRows('CHILD')).toEqual(rowsOf(5));
  });
});
