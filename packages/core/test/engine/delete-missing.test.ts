import { describe, expect, it } from 'vitest';

import { SnowmeltError, type TableJob, type TablePlan } from '../../src/index.ts';
import { job, run, World } from './engine-world.ts';

const merging = (changes: Partial<TableJob> = {}): TableJob =>
  job('T', {
    mode: 'upsert',
    uniqueness: ['ID'],
    deleteMissing: { how: 'hard' },
    verify: 'count',
    maxRetryAttempts: 1,
    ...changes,
  });

/** 45 rows are in the target; the source has lost the first 20 since, and gained 10. */
async function changedWorld(): Promise<World> {
  const world = new World();
  world.addVersions('T', 0, 45);
  await run([merging()], world.adapters());
  world.replaceVersions('T', 20, 55);
  return world;
}

const version = { source: 'VERSION', target: 'version', overlapSeconds: 0 };

describe('delete_missing', () => {
  it.each(['upsert', 'insert-only'] as const)(
    'P1: %s leaves the keys of the source',
    async (mode) => {
      const world = await changedWorld();
      const report = await run([merging({ mode })], world.adapters());
      const [table] = report.tables;
      expect(table).toMatchObject({
        status: 'completed',
        rows: 35,
        chunks: 4,
        sourceRows: 35,
        verified: true,
        missing: { how: 'hard', rows: 20, restored: 0 },
      });
      expect(world.standing('T')).toEqual(range(20, 55));
    },
  );

  it('P1: an increment reads its own rows, and the keys of all', async () => {
    const world = await changedWorld();
    const adapters = world.adapters();
    const report = await run([merging({ watermark: version })], adapters);
    expect(report.tables[0]).toMatchObject({ rows: 11, missing: { rows: 20 } });
    expect(world.standing('T')).toEqual(range(20, 55));
    const opened = [...adapters.source.opened.keys()];
    expect(opened.filter((id) => id.startsWith('keys/'))).toHaveLength(4);
    expect(opened).toHaveLength(6);
  });

  it.each(['query', 'unload'] as const)(
    'whoever looks on is told of each chunk of rows, and of no keys, by %s',
    async (extract) => {
      const world = await changedWorld();
      const [added, loaded]: [number[], number[]] = [[], []];
      const observer = {
        chunksAdded: (_: string, { count }: { count: number }) => added.push(count),
        chunkLoaded: (_: string, { rows }: { rows: number }) => loaded.push(rows),
      };
      const read = { ...merging().read, extract };
      await run([merging({ read })], world.adapters(), { observer });
      expect([sum(added), sum(loaded)]).toEqual([loaded.length, 35]);
      expect(loaded.every((rows) => rows > 0)).toBe(true);
    },
  );

  it('a first load reads no keys: nothing can be missing', async () => {
    const world = new World();
    world.addVersions('T', 0, 45);
    const adapters = world.adapters();
    const report = await run([merging()], adapters);
    expect([...adapters.source.opened.keys()].filter((id) => id.startsWith('keys/'))).toEqual([]);
    expect(report.tables[0]).not.toHaveProperty('missing');
    expect(report.tables[0]?.notices.join()).toContain('the target is empty, so that none is');
  });

  it('the size of the keys decides how they are read, not that of the increment', async () => {
    const world = new World();
    world.addVersions('T', 0, 500);
    const wanted = merging({ watermark: version, read: { ...merging().read, extract: 'auto' } });
    await run([wanted], world.adapters());
    world.replaceVersions('T', 100, 501);
    const plans: TablePlan[] = [];
    const observer = { tablePlanned: (plan: TablePlan) => void plans.push(plan) };
    await run([wanted], world.adapters(), { observer });
    expect(plans[0]).toMatchObject({
      extract: 'query',
      deleteMissing: { how: 'hard', keys: { extract: 'unload', estimatedRows: 401 } },
    });
    expect(world.standing('T')).toEqual(range(100, 501));
    expect(world.warehouse.stage.size, 'nothing is left at the source').toBe(0);
  });

  it('P3: what is not read at a snapshot is refused, whatever the reason', async () => {
    const world = await changedWorld();
    const report = await run([merging({ snapshot: 'off' })], world.adapters());
    expect(report.tables[0]?.error).toMatchObject({
      code: 'SOURCE.NOT_PINNABLE',
      message: expect.stringContaining('delete_missing needs T'),
    });
    expect(world.standing('T')).toEqual(range(0, 45));
  });

  it('P1: keys that are not as many as the source has delete nothing, with verify: off as well', async () => {
    const world = await changedWorld();
    const adapters = world.adapters();
    const count = adapters.source.count.bind(adapters.source);
    adapters.source.count = async (plan, context) =>
      (await count(plan, context)) + (plan.columns.length === 1 ? 1 : 0);
    const report = await run([merging({ verify: 'off' })], adapters);
    expect(report.tables[0]?.error).toMatchObject({ code: 'RUN.COUNT_MISMATCH' });
    expect(world.standing('T')).toEqual(range(0, 55));
  });

  it('P5: keys that can not be read delete nothing; the same command again does', async () => {
    const world = await changedWorld();
    const error = new SnowmeltError('SOURCE.NETWORK', 'refused by the test');
    const refusing = world.adapters({
      open: ({ chunk }) => (chunk.id === 'keys/rows-20' ? { kind: 'refuse', error } : undefined),
    });
    const report = await run([merging()], refusing);
    expect(report.tables[0]?.error).toMatchObject({ code: 'RUN.CHUNKS_FAILED' });
    expect(world.standing('T')).toEqual(range(0, 55));
    const again = world.adapters();
    expect(await run([merging()], again)).toMatchObject({ status: 'completed', resumed: true });
    expect([...again.source.opened.keys()]).toEqual(['keys/rows-20']);
    expect(world.standing('T')).toEqual(range(20, 55));
  });

  it('P5: an empty source deletes nothing, and says so', async () => {
    const world = await changedWorld();
    world.replaceVersions('T', 0, 0);
    const report = await run([merging()], world.adapters());
    expect(report.tables[0]).toMatchObject({
      status: 'failed',
      error: { code: 'TARGET.DELETES_ALL', place: { table: 'T' } },
    });
    expect(world.standing('T')).toEqual(range(0, 45));
    // The source was not right; once it is, the same command gets on.
    world.replaceVersions('T', 10, 50);
    expect((await run([merging()], world.adapters())).status).toBe('completed');
    expect(world.standing('T')).toEqual(range(10, 50));
  });

  it('soft: rows that come back lose their mark, also where no watermark moved', async () => {
    const world = await changedWorld();
    const wanted = merging({
      watermark: version,
      deleteMissing: { how: 'soft', column: 'gone_at' },
      schemaEvolution: 'create_and_add',
    });
    const first = await run([wanted], world.adapters());
    expect(first.tables[0]?.missing).toEqual({ how: 'soft', rows: 20, restored: 0 });
    expect(world.standing('T')).toEqual(range(20, 55));
    world.replaceVersions('T', 10, 50);
    const second = await run([wanted], world.adapters());
    expect(second.tables[0]?.missing).toEqual({ how: 'soft', rows: 5, restored: 10 });
    expect(world.standing('T')).toEqual(range(10, 50));
    expect(world.database.rows(wanted.target)).toHaveLength(55);
  });

  it('soft: without its column, and without leave to make it, nothing is begun', async () => {
    const world = await changedWorld();
    const deleteMissing = { how: 'soft', column: 'gone_at' } as const;
    const report = await run([merging({ deleteMissing })], world.adapters());
    expect(report.tables[0]?.error).toMatchObject({ code: 'TARGET.TABLE_UNSUITABLE' });
    expect(world.standing('T')).toEqual(range(0, 45));
  });
});

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, n) => from + n);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
