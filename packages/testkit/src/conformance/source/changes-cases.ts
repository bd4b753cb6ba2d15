import {
  isSnowmeltError,
  type ExtractMode,
  type WholeSource,
  type ChangesPlan,
  type TablePlan,
  type TableRef,
} from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleColumns, sampleRows, sorted } from '../sample-plan.ts';
import type { ModeCase } from './mode-cases.ts';
import { planOf, readTable } from './read-table.ts';
import type { SampleTable, WholeSourceHarness } from './source-harness.ts';

type Rows = SampleTable['rows'];

const rows = sampleRows(0, 30);
const [first = [], second = [], third = []] = rows;

async function trackedTable(harness: WholeSourceHarness): Promise<TableRef> {
  const table = { name: 'TRACKED', columns: sampleColumns, rows, primaryKey: ['ID'] };
  const ref = await harness.createTracked?.(table);
  if (ref === undefined)
    throw new Error('a source with changes needs a harness with createTracked');
  return ref;
}

/** The plan of what has changed since an earlier plan's snapshot. */
async function changesSince(
  source: WholeSource,
  before: TablePlan,
  extract: ExtractMode,
): Promise<ChangesPlan> {
  if (!before.snapshot.pinned) throw new Error('a tracked table must have a past');
  const schema = await source.describe(before.source, testContext());
  const feed = await source.changes.feed(schema, testContext());
  const whole = await planOf(source, before.source, extract);
  const changes = { feed, from: before.snapshot.at };
  return { ...whole, mode: 'changes', keyColumns: ['id'], changes };
}

/** The rows of one snapshot and its changes, as the rows of the next, by the first column. */
function applied(before: Rows, changes: Rows): Rows {
  const now = new Map(before.map((row) => [row[0], row]));
  for (const [action, key] of changes) if (action === 'D') now.delete(key);
  for (const [action, ...row] of changes) if (action === 'I') now.set(row[0], row);
  return [...now.values()];
}

/** What has changed between two snapshots. */
export const changesCases: Readonly<Record<string, ModeCase>> = {
  'P1: changes make of the rows of one snapshot those of the next, their number announced': async (
    harness,
    extract,
  ) => {
    const ref = await trackedTable(harness);
    const source = await harness.open();
    const before = await planOf(source, ref, extract);
    const later = [
      ...rows.slice(3),
      [first[0] ?? null, 'changed', null],
      // Another row has the key of one that has gone.
      [second[0] ?? null, 'came again', '0.00'],
      ['1000', 'new, "quoted"', null],
    ];
    await harness.replaceRows(ref, later);
    const plan = await changesSince(source, before, extract);
    await harness.replaceRows(ref, []);
    const changes = await readTable(source, plan);
    expect(sorted(applied(rows, changes))).toEqual(sorted(later));
    const gone = changes.filter(([action, id]) => action === 'D' && id === third[0]);
    expect(gone).toEqual([['D', third[0], null, null]]);
  },

  'P1: windows that meet leave nothing out, and an empty one has nothing': async (
    harness,
    extract,
  ) => {
    const ref = await trackedTable(harness);
    const source = await harness.open();
    const before = await planOf(source, ref, extract);
    await harness.replaceRows(ref, rows.slice(10));
    const one = await changesSince(source, before, extract);
    await harness.replaceRows(ref, sampleRows(20, 40));
    const two = await changesSince(source, one, extract);
    const three = await changesSince(source, two, extract);
    const middle = applied(rows, await readTable(source, one));
    expect(sorted(middle)).toEqual(sorted(rows.slice(10)));
    const last = applied(middle, await readTable(source, two));
    expect(sorted(last)).toEqual(sorted(sampleRows(20, 40)));
    expect(await readTable(source, three)).toEqual([]);
  },

  'P8: changes that reach back too far are refused, before any is read': async (
    harness,
    extract,
  ) => {
    const source = await harness.open();
    const { at: from } = await source.pins.pin(testContext());
    const ref = await trackedTable(harness);
    const whole = await planOf(source, ref, extract);
    const within = await changesSince(source, whole, extract);
    expect(await source.changes.reach(within, testContext())).toBeUndefined();
    const plan = { ...within, changes: { feed: '', from } };
    const asked = source.changes.reach(plan, testContext());
    const error: unknown = await asked.catch((reason: unknown) => reason);
    expect(['SOURCE.CHANGES_UNAVAILABLE', 'SOURCE.SNAPSHOT_GONE']).toContain(
      isSnowmeltError(error) ? error.code : error,
    );
  },

  'P1: a filter is asked of both sides of a change': async (harness, extract) => {
    const ref = await trackedTable(harness);
    const source = await harness.open();
    const before = await planOf(source, ref, extract);
    const moved = rows.map(([id, name]) => [
      id ?? null,
      name ?? null,
      id === '3' ? '99.00' : '0.00',
    ]);
    await harness.replaceRows(ref, moved);
    const all = await changesSince(source, before, extract);
    const plan = { ...all, read: { ...all.read, filter: 'AMOUNT > 10' } };
    const inside = rows.filter(([, , amount]) => Number(amount) > 10);
    const changes = await readTable(source, plan);
    expect(sorted(applied(inside, changes))).toEqual(
      sorted(moved.filter(([, , amount]) => Number(amount) > 10)),
    );
  },

  'P8: changes that are not recorded are refused': async (harness) => {
    const ref = await trackedTable(harness);
    const source = await harness.open();
    const schema = await source.describe(ref, testContext());
    expect(await source.changes.feed(schema, testContext())).toBeTruthy();
    const other = await harness.createTable({
      name: 'UNTRACKED',
      columns: sampleColumns,
      rows: [],
    });
    const untracked = await source.describe(other, testContext());
    const asked = source.changes.feed(untracked, testContext());
    await expectFailure(asked, 'SOURCE.CHANGES_UNAVAILABLE');
  },
};
