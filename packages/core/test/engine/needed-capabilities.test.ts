import { testContext } from '@snowmelt/testkit/context';
import type { MemorySource, MemoryTarget } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { decidePlan, type Source, type TableJob, type Target } from '../../src/index.ts';
import { job, run, rowsOf, World } from './engine-world.ts';

/** The adapters of a process that lack these capabilities. */
function without(world: World, names: readonly string[]) {
  const { source, target, status } = world.adapters();
  const less = <T extends object>(adapter: T): T =>
    Object.fromEntries(
      Reflect.ownKeys(adapter).flatMap((name) =>
        names.includes(String(name)) ? [] : [[name, Reflect.get(adapter, name)]],
      ),
    ) as T;
  return { source: less<MemorySource>(source), target: less<MemoryTarget>(target), status };
}

const key = { uniqueness: ['ID'] };
const read = { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 10 } as const;
const rows: readonly [string, string, Partial<TableJob>][] = [
  ['uniqueness_columns', 'merges', { mode: 'upsert', ...key }],
  ['refresh: swap', 'swaps', { mode: 'swap' }],
  ['changes: cdc', 'changes', { mode: 'changes', changes: true, ...key }],
  ['changes: cdc', 'pins', { mode: 'changes', changes: true, ...key }],
  ['changes: cdc', 'swaps', { mode: 'changes', changes: true, ...key }],
  [
    'source_watermark',
    'watermarks',
    { mode: 'append', watermark: { source: 'ID', target: 'ID', overlapSeconds: 0 } },
  ],
  ['delete_missing', 'deletesMissing', { mode: 'upsert', deleteMissing: { how: 'hard' }, ...key }],
  ['on_row_error: quarantine', 'rejects', { rejects: { limit: 1 } }],
  ['disable_index', 'repairs', { rebuildIndexes: true }],
  ['verify: digest', 'digests', { verify: 'digest' }],
  ['schema_evolution: create_and_add', 'createsTables', { schemaEvolution: 'create_and_add' }],
  ['truncate_cascade', 'references', { emptiesOthers: true }],
  ['source_filter', 'filters', { read: { ...read, filter: '"ID" > 1' } }],
  ['extract: unload', 'extracts', { read: { ...read, extract: 'unload' } }],
  ['stage', 'extracts', { read: { ...read, stage: '@S' } }],
  ['snapshot: required', 'pins', { snapshot: 'required' }],
];

describe('what the configuration asks for and an adapter lacks', () => {
  it.each(rows)('P8: %s without %s is refused by its key', async (named, lacks, parts) => {
    const world = new World();
    world.addTable('T', 5);
    const adapters = without(world, [lacks]);
    const asked = job('T', { verify: 'count', ...parts });
    const { tables } = await run([asked], adapters);
    expect(tables[0]?.error).toMatchObject({
      code: 'CONFIG.UNSUPPORTED',
      message: expect.stringContaining(`${named}: this `) as string,
      fix: expect.stringContaining(named) as string,
    });
    expect(tables[0]?.error?.message).toContain(lacks);
    // Nothing was touched, and a plan says the same.
    expect(world.database.schema(asked.target)).toBeUndefined();
    const sides: { source: Source; target: Target } = adapters;
    const at = world.warehouse.now();
    const using = { ...sides, run: 'plan', snapshotAt: at, jobs: [asked], context: testContext() };
    await expect(decidePlan(asked, using)).rejects.toMatchObject({ code: 'CONFIG.UNSUPPORTED' });
  });

  it('a table that is not there is refused where the target makes none', async () => {
    const world = new World();
    world.addTable('T', 5);
    const adapters = without(world, ['createsTables']);
    const { tables } = await run([job('T', { verify: 'count' })], adapters);
    expect(tables[0]?.error).toMatchObject({ code: 'CONFIG.UNSUPPORTED' });
    expect(tables[0]?.error?.message).toContain('schema_evolution: create');
  });

  it.each([
    ['swaps', job('T', { mode: 'swap', verify: 'count' })],
    ['digests', job('T', { verify: 'digest' })],
  ])('P4: a run of before is not gone on with past %s that are gone', async (gone, asked) => {
    const world = new World();
    world.addTable('T', 40);
    let loads = 0;
    const killed = world.adapters({
      load: () => {
        loads += 1;
        if (loads > 2) throw new Error('killed');
        return undefined;
      },
    });
    await expect(run([asked], killed)).rejects.toThrow('killed');
    const { tables } = await run([asked], without(world, [gone]));
    expect(tables[0]?.error?.code).toBe('CONFIG.UNSUPPORTED');
    expect(await run([asked], world.adapters())).toMatchObject({ status: 'completed' });
  });

  it('a chunk that nothing can extract is a bug of the source, and told as one', async () => {
    const world = new World();
    world.addTable('T', 5);
    const adapters = without(world, ['extracts']);
    const source: Source = {
      ...adapters.source,
      async *plan() {
        yield { id: 'all', kind: 'extract', range: {}, spec: {} };
      },
    };
    await expect(run([job('T')], { ...adapters, source })).rejects.toThrow('extracts nothing');
  });

  it('P1: with no capability at all rows are added, and tables refilled', async () => {
    const world = new World();
    const ofTarget = 'createsTables merges swaps watermarks changes deletesMissing rejects repairs';
    const all = `${ofTarget} digests pins filters extracts costs`.split(' ');
    world.addTable('T', 25);
    world.database.createTable(
      job('T').target,
      world.warehouse.table(job('T').source).columns.map((column) => ({ ...column })),
    );
    for (const mode of ['append', 'truncate'] as const) {
      const asked = job('T', { mode, verify: 'count' });
      const report = await run([asked], without(world, all), { resume: { mode: 'never' } });
      expect(report).toMatchObject({ status: 'completed', rows: 25 });
      expect(world.targetRows('T')).toEqual(rowsOf(25));
    }
  });
});
