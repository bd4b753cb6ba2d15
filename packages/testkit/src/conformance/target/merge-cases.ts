import {
  type ColumnPair,
  type MergePlan,
  type TablePlan,
  watermarkOf,
  type WholeTarget,
} from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleColumn, sorted, type PlanParts } from '../sample-plan.ts';
import { chunkOfRows, load, preparedTarget, readPlan, targetPlan } from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const id = sampleColumn('ID', { kind: 'decimal', precision: 18, scale: 0 }, 'NUMBER(18,0)');
const text = sampleColumn('TEXT', { kind: 'text' }, 'VARCHAR');
const newest = sampleColumn('VERSION', { kind: 'decimal', precision: 9, scale: 0 }, 'NUMBER(9,0)');

type Rows = readonly (readonly (string | null)[])[];

/** A plan on a table of `id` (its key), `text` and `version`, which is the watermark. */
function mergePlan(harness: WholeTargetHarness, parts: PlanParts = {}): TablePlan {
  const sourceColumns = [id, text, newest];
  const mode = 'upsert';
  const column = { source: newest, target: 'version' };
  const keys = { keyColumns: ['id'], primaryKey: ['id'], watermark: { column } };
  return targetPlan(harness, { mode, sourceColumns, ...keys, ...parts });
}

/** The plan as it stands for a table that is there. */
function withTargetType(plan: TablePlan): ColumnPair {
  const column = watermarkOf(plan)?.column;
  if (column === undefined) throw new Error('the plan has no watermark');
  return { ...column, targetType: column.source.type };
}

/** A run that loads these rows as one chunk, to its end. */
async function wholeRun(target: WholeTarget, plan: TablePlan, rows: Rows): Promise<void> {
  await target.prepare(plan, testContext());
  await load(target, plan, chunkOfRows('a', rows));
  await target.publish(plan, testContext());
}

async function expectRows(harness: WholeTargetHarness, plan: TablePlan, rows: Rows): Promise<void> {
  expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
}

const stored: Rows = [
  ['1', 'one', '10'],
  ['2', 'two', '10'],
  ['3', 'three', null],
];

/** A table with the stored rows, and a plan of the next run. */
async function storedTable(harness: WholeTargetHarness, parts: PlanParts = {}) {
  const target = await harness.open();
  await wholeRun(target, mergePlan(harness), stored);
  const plan = mergePlan(harness, { run: 'run-2', ...parts });
  await target.prepare(plan, testContext());
  return { target, plan };
}

/** `upsert` and `insert-only`. */
export const mergeCases: Cases<WholeTargetHarness> = {
  'upsert: a newer row replaces the stored one, a new key is added': async (harness) => {
    const { target, plan } = await storedTable(harness);
    const rows = [
      ['2', 'TWO', '11'],
      ['4', 'four', '1'],
    ];
    expect(await load(target, plan, chunkOfRows('a', rows))).toMatchObject({ rows: 2 });
    await expectRows(harness, plan, [...stored.filter(([key]) => key !== '2'), ...rows]);
  },

  'upsert: an older row, one as old, and one without watermark change nothing': async (harness) => {
    const { target, plan } = await storedTable(harness);
    const rows = [
      ['1', 'older', '9'],
      ['2', 'as old', '10'],
    ];
    await load(target, plan, chunkOfRows('a', rows));
    await load(target, plan, chunkOfRows('b', [['1', 'no watermark', null]]));
    await expectRows(harness, plan, stored);
  },

  'upsert: a stored row without watermark is always replaced': async (harness) => {
    const { target, plan } = await storedTable(harness);
    await load(target, plan, chunkOfRows('a', [['3', 'a', null]]));
    await expectRows(harness, plan, [...stored.slice(0, 2), ['3', 'a', null]]);
    await load(target, plan, chunkOfRows('b', [['3', 'b', '0']]));
    await expectRows(harness, plan, [...stored.slice(0, 2), ['3', 'b', '0']]);
  },

  'upsert: without a watermark every row replaces the stored one': async (harness) => {
    const { target, plan } = await storedTable(harness);
    const { watermark: _, ...without } = plan as MergePlan;
    const again = { ...without, run: 'run-3' };
    await target.prepare(again, testContext());
    await load(target, again, chunkOfRows('a', [['1', 'replaced', '9']]));
    await expectRows(harness, again, [['1', 'replaced', '9'], ...stored.slice(1)]);
  },

  'upsert: of a key that comes twice in a batch the newest lands': async (harness) => {
    const { target, plan } = await storedTable(harness);
    const rows = [
      ['7', 'old', '5'],
      ['7', 'new', '6'],
      ['7', 'none', null],
      ['8', 'first', '5'],
      ['8', 'last', '5'],
      ['9', 'a', null],
      ['9', 'b', null],
    ];
    expect(await load(target, plan, chunkOfRows('a', rows))).toMatchObject({ rows: 7 });
    const landed = [
      ['7', 'new', '6'],
      ['8', 'last', '5'],
      ['9', 'b', null],
    ];
    await expectRows(harness, plan, [...stored, ...landed]);
  },

  'upsert: a key of several columns': async (harness) => {
    const key = ['id', 'text'];
    const plan = mergePlan(harness, { keyColumns: key, primaryKey: key });
    const target = await preparedTarget(harness, plan);
    await load(target, plan, chunkOfRows('a', stored.slice(0, 2)));
    const rows = [
      ['1', 'one', '11'],
      ['1', 'other', '1'],
    ];
    await load(target, plan, chunkOfRows('b', rows));
    await expectRows(harness, plan, [...rows, ['2', 'two', '10']]);
  },

  'insert-only: rows whose keys exist stay, the others of the chunk are added': async (harness) => {
    const { target, plan } = await storedTable(harness, { mode: 'insert-only' });
    const rows = [
      ['1', 'newer', '99'],
      ['4', 'old', '1'],
      ['4', 'new', '2'],
      ['3', 'newer', '99'],
    ];
    expect(await load(target, plan, chunkOfRows('a', rows))).toMatchObject({ rows: 4 });
    await expectRows(harness, plan, [...stored, ['4', 'new', '2']]);
  },

  'P2: a chunk that is loaded twice lands once, in either mode': async (harness) => {
    for (const mode of ['upsert', 'insert-only'] as const) {
      const plan = mergePlan(harness, { mode, key: mode, target: harness.ref(mode) });
      const target = await preparedTarget(harness, plan);
      await load(target, plan, chunkOfRows('a', stored));
      const again = chunkOfRows('a', [['1', 'again', '99']]);
      expect(await load(target, plan, again)).toMatchObject({ alreadyLoaded: true, rows: 3 });
      await expectRows(harness, plan, stored);
    }
  },

  'P2: chunks that hold the same keys, at once from two processes': async (harness) => {
    const plan = mergePlan(harness);
    const targets = [await preparedTarget(harness, plan), await harness.open()];
    const batch = (version: number) =>
      Array.from({ length: 200 }, (_, key) => [`${key}`, `v${version}`, `${version}`]);
    await Promise.all(
      [3, 1, 4, 2].map((version, index) => {
        const chunk = chunkOfRows(`c${version}`, batch(version).toReversed());
        return load(targets[index % 2] ?? fail(), plan, chunk);
      }),
    );
    await expectRows(harness, plan, batch(4));
  },

  'P1: a row whose key is NULL is refused, as no key would find it again': async (harness) => {
    const { target, plan } = await storedTable(harness);
    const chunk = chunkOfRows('a', [...stored, [null, 'lost', '1']]);
    await expectFailure(load(target, plan, chunk), 'TARGET.ROW_REJECTED');
    await expectRows(harness, plan, stored);
  },

  'first load: a key that comes twice, in a chunk or in two, lands once': async (harness) => {
    const plan = mergePlan(harness, { firstLoad: true });
    const target = await preparedTarget(harness, plan);
    await load(target, plan, chunkOfRows('a', stored));
    const twice = [
      ['5', 'old', '1'],
      ['5', 'new', '2'],
    ];
    const receipt = await load(target, plan, chunkOfRows('b', twice));
    expect(receipt).toMatchObject({ rows: 2, alreadyLoaded: false });
    await load(target, plan, chunkOfRows('c', [['1', 'newer', '11']]));
    await expectRows(harness, plan, [['1', 'newer', '11'], ...stored.slice(1), ['5', 'new', '2']]);
  },

  'check: a key of the target that is not unique is refused': async (harness) => {
    const { target, plan } = await storedTable(harness);
    const existing = await target.describe(plan.target, testContext());
    const fits = await target.check(plan, existing, testContext());
    expect(fits.filter(({ severity }) => severity === 'error')).toEqual([]);
    const other = { ...plan, keyColumns: ['text'] };
    const findings = await target.check(other, existing, testContext());
    expect(findings).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'TARGET.TABLE_UNSUITABLE' }),
    );
  },
};

/** What a run that reads newer rows only asks of the rows that are there. */
export const watermarkCases: Cases<WholeTargetHarness> = {
  'isEmpty and watermarks.newest: of no row, of NULLs, of rows': async (harness) => {
    const plan = mergePlan(harness);
    const target = await preparedTarget(harness, plan);
    const column = withTargetType(plan);
    const ask = async () => [
      await target.isEmpty(plan.target, testContext()),
      await target.watermarks.newest(plan, column, testContext()),
    ];
    expect(await ask()).toEqual([true, {}]);
    await wholeRun(target, plan, [['1', 'a', null]]);
    expect(await ask()).toEqual([false, {}]);
    const next = mergePlan(harness, { run: 'run-2' });
    await wholeRun(target, next, [
      ['2', 'b', '9'],
      ['3', 'c', '10'],
    ]);
    expect(await ask()).toEqual([false, { value: '10' }]);
  },

  'P1: while a run is unfinished the newest row says nothing of those it did not load': async (
    harness,
  ) => {
    const { target } = await storedTable(harness);
    const column = withTargetType(mergePlan(harness));
    const asked = mergePlan(harness);
    const ask = () => target.watermarks.newest(asked, column, testContext());
    const from = { value: '10', inclusive: true, orNull: true };
    const watermark = { column, from };
    const half = mergePlan(harness, { run: 'run-3', watermark });
    await target.prepare(half, testContext());
    expect(await ask()).toEqual({ value: '10' });
    await load(target, half, chunkOfRows('newest', [['8', 'of two chunks', '50']]));
    expect(await ask()).toEqual({ unfinished: { run: 'run-3', from } });
    const next = mergePlan(harness, { run: 'run-4', watermark });
    await wholeRun(target, next, [['9', 'the other', '40']]);
    expect(await ask()).toEqual({ value: '50' });
    const last = mergePlan(harness, {
      run: 'run-5',
      watermark: { ...watermark, newest: '50.0000' },
    });
    await wholeRun(target, last, []);
    expect(await ask()).toEqual({ value: '50', read: '50.0000' });
  },
};

function fail(): never {
  throw new Error('two targets');
}
