import { testContext } from '@snowmelt/testkit/context';
import {
  MemoryDatabase,
  memorySource,
  memoryTarget,
  MemoryWarehouse,
  type MemoryValue,
} from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import {
  decidePlan,
  watermarkOf,
  type ColumnSchema,
  type LogicalType,
  type SnowmeltError,
  type TableJob,
  type TablePlan,
} from '../../src/index.ts';
import { job, run, World } from './engine-world.ts';

const number: LogicalType = { kind: 'decimal', precision: 18, scale: 0 };

function column(name: string, type: LogicalType, nullable = true): ColumnSchema {
  const nativeType = type.kind.toUpperCase();
  return { name, type, nativeType, nullable, hasDefault: false, generated: false };
}

const columns = [
  column('ID', number, false),
  column('TEXT', { kind: 'text' }),
  column('VERSION', number, false),
];

const source = { database: 'SRC', schema: 'PUBLIC', name: 'T' };
const target = { database: 'dst', schema: 'public', name: 't' };
const version = { source: 'VERSION', target: 'version', overlapSeconds: 0 };

function merging(changes: Partial<TableJob> = {}): TableJob {
  return job('T', { mode: 'upsert', uniqueness: ['ID'], source, target, ...changes });
}

/** What would be decided of a target with these columns and rows; without columns, of none. */
function decide(
  wanted: TableJob,
  there: { columns?: readonly ColumnSchema[]; rows?: readonly MemoryValue[][] } = {},
) {
  const warehouse = new MemoryWarehouse();
  const rows = [1, 2, 3].map((id) => [id, 'x', id * 10]);
  warehouse.createTable({ ref: source, columns, rows });
  const database = new MemoryDatabase();
  if (there.columns !== undefined) {
    database.createTable(target, there.columns, ['id']);
    database.insertRows(target, there.rows ?? []);
  }
  const using = {
    run: 'run-1',
    jobs: [wanted],
    snapshotAt: warehouse.now(),
    source: memorySource({ warehouse }),
    target: memoryTarget({ database }),
    context: testContext(),
  };
  return decidePlan(wanted, using);
}

const stored = columns.map((one) => ({ ...one, name: one.name.toLowerCase() }));

describe('rule 2: COPY or UPSERT is decided once a run', () => {
  it('a target that is to be created gets the key, and is COPYed into', async () => {
    const { plan, notices } = await decide(merging());
    const key = { keyColumns: ['id'], primaryKey: ['id'], firstLoad: true };
    expect(plan).toMatchObject({ mode: 'upsert', ...key });
    expect(notices).toContain('first load: the target is empty');
  });

  it('an empty one is COPYed into, with chunks of their own size', async () => {
    const sized = merging({ firstLoadBatchRows: 77 });
    const empty = await decide(sized, { columns: stored });
    expect(empty.plan).toMatchObject({ firstLoad: true, read: { batchRows: 77 } });
    const filled = await decide(sized, { columns: stored, rows: [[9, 'y', 1]] });
    expect(filled.plan).not.toHaveProperty('firstLoad');
    expect(filled.plan.read.batchRows).toBe(sized.read.batchRows);
  });

  it('P1: a key that may hold NULL is merged from the first row on', async () => {
    const nullable = stored.map((one) => ({ ...one, nullable: true }));
    const { plan } = await decide(merging(), { columns: nullable });
    expect(plan).not.toHaveProperty('firstLoad');
  });

  it('a first load that is gone on with stays one', async () => {
    const world = new World();
    world.addTable('A', 55);
    const wanted = job('A', { mode: 'upsert', uniqueness: ['ID'], maxRetryAttempts: 1 });
    const broken = world.adapters({
      open: ({ nth }) => (nth === 3 ? { kind: 'refuse' } : undefined),
    });
    const first = await run([wanted], broken);
    expect(first.status).not.toBe('completed');
    const plans: unknown[] = [];
    const observer = { tablePlanned: (plan: object) => void plans.push(plan) };
    const again = await run([wanted], world.adapters(), { observer });
    expect(again).toMatchObject({ status: 'completed', resumed: true });
    expect(plans).toEqual([expect.objectContaining({ firstLoad: true })]);
    expect(world.targetRows('A')).toHaveLength(55);
  });

  it.each(['ID', 'id', 'iD'])('uniqueness_columns may say %s', async (name) => {
    expect((await decide(merging({ uniqueness: [name] }))).plan.keyColumns).toEqual(['id']);
  });

  it('P8: a key that does not travel is told', async () => {
    const excluded = merging({ columns: { exclude: ['ID'], mapping: {} } });
    for (const wanted of [merging({ uniqueness: ['NO'] }), excluded]) {
      await expect(decide(wanted)).rejects.toMatchObject({
        code: 'CONFIG.INVALID',
        message: expect.stringContaining('uniqueness_columns'),
      });
    }
  });
});

describe('rule 3: the lower bound is read once a run', () => {
  const rows = [
    [1, 'x', 10],
    [2, 'x', 20],
  ];
  const there = { columns: stored, rows };

  it('from the target, and the size is that of the increment', async () => {
    const { plan, notices } = await decide(merging({ watermark: version }), there);
    expect(watermarkOf(plan)?.from).toEqual({ value: '20', inclusive: true, orNull: false });
    expect(plan.estimatedRows).toBe(2);
    expect(notices).toContain('reads rows whose VERSION is at or after 20');
  });

  it('a run that goes on keeps it, whatever its chunks have loaded', async () => {
    const world = new World();
    world.warehouse.createTable({ ref: source, columns, rows: [[1, 'x', 10]] });
    const wanted = merging({ watermark: version, maxRetryAttempts: 1 });
    expect(await run([wanted], world.adapters())).toMatchObject({ status: 'completed' });
    const many = Array.from({ length: 40 }, (_, id) => [id, 'y', 100 - id]);
    world.warehouse.replaceRows(source, many);
    const froms: unknown[] = [];
    const observer = {
      tablePlanned: (plan: TablePlan) => void froms.push(watermarkOf(plan)?.from),
    };
    const refuse = world.adapters({
      open: ({ nth }) => (nth === 3 ? { kind: 'refuse' } : undefined),
    });
    expect((await run([wanted], refuse, { observer })).status).not.toBe('completed');
    expect(await run([wanted], world.adapters(), { observer })).toMatchObject({
      status: 'completed',
      resumed: true,
    });
    expect(froms[0]).toMatchObject({ value: '10' });
    expect(froms[1]).toEqual(froms[0]);
    expect(world.database.rows(target)).toHaveLength(40);
  });

  it('names that differ are a mapping', async () => {
    const watermark = { ...version, target: 'Visit Version' };
    const created = await decide(merging({ watermark }));
    expect(created.plan.columns.map((pair) => pair.target)).toEqual([
      'id',
      'text',
      'Visit Version',
    ]);
    const renamed = stored.map((one) =>
      one.name === 'version' ? { ...one, name: 'Visit Version' } : one,
    );
    const { plan } = await decide(merging({ watermark }), { columns: renamed, rows });
    expect(watermarkOf(plan)).toMatchObject({ column: { target: 'Visit Version' } });
    expect(watermarkOf(plan)?.from?.value).toBe('20');
  });

  const wrong: readonly [Partial<TableJob>, SnowmeltError['code'], string][] = [
    [{ watermark: { ...version, source: 'NO' } }, 'CONFIG.INVALID', 'source_watermark names NO'],
    [{ watermark: { ...version, target: 'id' } }, 'CONFIG.INVALID', 'VERSION goes into version'],
    [
      { watermark: { source: 'TEXT', target: 'text', overlapSeconds: 0 } },
      'TARGET.TABLE_UNSUITABLE',
      "a watermark can't go from TEXT",
    ],
    [
      { watermark: { ...version, overlapSeconds: 5 } },
      'TARGET.TABLE_UNSUITABLE',
      'watermark_overlap is in seconds',
    ],
  ];
  it.each(wrong)('P8: %j is refused', async (changes, code, message) => {
    const expected = { code, message: expect.stringContaining(message) };
    await expect(decide(merging(changes), there)).rejects.toMatchObject(expected);
  });

  it('P1: without a key, rows of a run that was given up half way are not added again', async () => {
    const world = new World();
    world.warehouse.createTable({
      ref: source,
      columns,
      rows: Array.from({ length: 40 }, (_, id) => [id, 'y', id]),
    });
    const log = { mode: 'append', uniqueness: [], watermark: version } as const;
    const wanted = merging({ ...log, maxRetryAttempts: 1 });
    const refuse = world.adapters({
      open: ({ nth }) => (nth === 3 ? { kind: 'refuse' } : undefined),
    });
    const first = await run([wanted], refuse);
    const left = world.database.rows(target).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(40);
    const next = await run([wanted], world.adapters(), { resume: { mode: 'never' } });
    expect(next).toMatchObject({ status: 'completed', rows: 40 });
    expect(next.run).not.toBe(first.run);
    expect(world.database.rows(target)).toHaveLength(40);
  });
});
