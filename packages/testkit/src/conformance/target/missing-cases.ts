import type { DeleteMissing, TablePlan, WholeTarget } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import type { Cases } from '../cases.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleRows, sorted, type PlanParts } from '../sample-plan.ts';
import {
  chunkOfRows,
  load,
  preparedTarget,
  readPlan,
  targetPlan,
  type SampleChunk,
} from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const rows = sampleRows(0, 20);
const keys = { extract: 'query' } as const;
const hard: DeleteMissing = { how: 'hard', keys };
const soft: DeleteMissing = { how: 'soft', column: 'gone_at', addsColumn: true, keys };
const at = (hour: number) =>
  ({ pinned: true, at: `2026-01-01T0${hour}:00:00.000000000Z` }) as const;

/** An upsert by `id` that deletes what is missing. */
function planOf(harness: WholeTargetHarness, parts: PlanParts): TablePlan {
  const key = { keyColumns: ['id'], primaryKey: ['id'] };
  return targetPlan(harness, { mode: 'upsert', ...key, snapshot: at(2), ...parts });
}

function chunkOfKeys(id: string, from: readonly (readonly (string | null)[])[]): SampleChunk {
  const chunk = chunkOfRows(
    id,
    from.map(([key = null]) => [key]),
  );
  return { ...chunk, plan: { ...chunk.plan, of: 'keys' } };
}

/** A table that a run before has filled with `rows`, and the next run's plan prepared on it. */
async function begin(harness: WholeTargetHarness, deleteMissing: DeleteMissing) {
  const earlier = planOf(harness, { run: 'run-0', snapshot: at(1) });
  const target = await preparedTarget(harness, earlier);
  await load(target, earlier, chunkOfRows('a', rows));
  await target.publish(earlier, testContext());
  const plan = planOf(harness, { deleteMissing });
  await target.prepare(plan, testContext());
  return { target, plan };
}

async function marked(harness: WholeTargetHarness, plan: TablePlan): Promise<string[]> {
  const stored = await harness.readRows(plan.target, ['id', 'gone_at']);
  return stored.flatMap(([id, mark]) => (mark === null ? [] : [String(id)])).sort();
}

async function publish(target: WholeTarget, plan: TablePlan) {
  return target.publish(plan, testContext());
}

/** Neither by no keys at all nor by others; and keys of a run that is given up are no other's. */
async function leavesAll(
  harness: WholeTargetHarness,
  deleteMissing: DeleteMissing,
): Promise<TablePlan> {
  const { target, plan } = await begin(harness, deleteMissing);
  await expectFailure(publish(target, plan), 'TARGET.DELETES_ALL');
  await load(target, plan, chunkOfKeys('keys/a', sampleRows(500, 510)));
  await expectFailure(publish(target, plan), 'TARGET.DELETES_ALL');
  expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  const next = planOf(harness, { run: 'run-9', snapshot: at(4), deleteMissing });
  await target.prepare(next, testContext());
  await load(target, next, chunkOfKeys('keys/a', rows));
  expect(await publish(target, next)).toMatchObject({ missing: { rows: 0, restored: 0 } });
  expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  return next;
}

/** Rows that the source lacks, by the keys of the whole source. */
export const missingCases: Cases<WholeTargetHarness> = {
  'P1: hard: rows whose key was not loaded are deleted at publish, once': async (harness) => {
    const { target, plan } = await begin(harness, hard);
    await load(target, plan, chunkOfRows('a', sampleRows(20, 22)));
    await load(target, plan, chunkOfKeys('keys/a', sampleRows(5, 10)));
    await load(await harness.open(), plan, chunkOfKeys('keys/b', sampleRows(15, 22)));
    expect(await readPlan(harness, plan), 'nothing goes before').toHaveLength(22);
    const missing = { how: 'hard', rows: 10, restored: 0 };
    expect(await publish(target, plan)).toMatchObject({ rows: 2, missing });
    const left = [...sampleRows(5, 10), ...sampleRows(15, 22)];
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(left));
    const other = await harness.open();
    await other.prepare(plan, testContext());
    expect(await publish(other, plan)).toMatchObject({ rows: 2, missing });
    expect(await readPlan(harness, plan)).toHaveLength(12);
  },

  'P2: keys have receipts of their own kind and are not loaded twice': async (harness) => {
    const { target, plan } = await begin(harness, hard);
    await load(target, plan, chunkOfRows('a', []));
    const first = await load(target, plan, chunkOfKeys('keys/a', rows));
    expect(first).toMatchObject({ of: 'keys', rows: 20, alreadyLoaded: false });
    const again = chunkOfKeys('keys/a', sampleRows(0, 3));
    expect(await load(await harness.open(), plan, again)).toMatchObject({ alreadyLoaded: true });
    expect(again.streams).toEqual([]);
    const receipts = await target.receipts(plan, testContext());
    const said = receipts.map(({ chunk, of, rows: count }) => [chunk, of, count]);
    expect(said).toHaveLength(2);
    expect(said).toContainEqual(['a', undefined, 0]);
    expect(said).toContainEqual(['keys/a', 'keys', 20]);
    expect(await publish(target, plan)).toMatchObject({ rows: 0, missing: { rows: 0 } });
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },

  'soft: missing rows are marked, and unmarked when their key is back': async (harness) => {
    const { target, plan } = await begin(harness, soft);
    await load(target, plan, chunkOfKeys('keys/a', rows.slice(2)));
    expect(await publish(target, plan)).toMatchObject({
      missing: { how: 'soft', rows: 2, restored: 0 },
    });
    expect(await marked(harness, plan)).toEqual(['0', '1']);
    const next = planOf(harness, { run: 'run-2', snapshot: at(3), deleteMissing: soft });
    await target.prepare(next, testContext());
    await load(target, next, chunkOfKeys('keys/a', [...rows.slice(0, 1), ...rows.slice(3)]));
    expect(await publish(target, next)).toMatchObject({
      missing: { how: 'soft', rows: 1, restored: 1 },
    });
    expect(await marked(harness, next)).toEqual(['1', '2']);
    expect(sorted(await readPlan(harness, next)), 'no row has gone').toEqual(sorted(rows));
  },

  'P5: hard: a source that has no key of the target deletes nothing': async (harness) => {
    await leavesAll(harness, hard);
  },

  'P5: soft: a source that has no key of the target marks nothing': async (harness) => {
    const plan = await leavesAll(harness, soft);
    expect(await marked(harness, plan)).toEqual([]);
  },

  'P1: a run deletes nothing once another has begun on the table': async (harness) => {
    const { target, plan } = await begin(harness, hard);
    await load(target, plan, chunkOfKeys('keys/a', rows.slice(5)));
    const later = planOf(harness, { run: 'run-2', snapshot: at(3) });
    await target.prepare(later, testContext());
    await load(target, later, chunkOfRows('a', sampleRows(30, 31)));
    await expectFailure(publish(target, plan), 'RUN.SUPERSEDED');
    expect(await readPlan(harness, plan)).toHaveLength(21);
  },

  'check: soft needs its column, or leave to make it': async (harness) => {
    const { target, plan } = await begin(harness, hard);
    const existing = await target.describe(plan.target, testContext());
    const refused = async (addsColumn: boolean) => {
      const deleteMissing = { ...soft, addsColumn };
      const findings = await target.check(
        planOf(harness, { deleteMissing }),
        existing,
        testContext(),
      );
      return findings.filter(({ severity }) => severity === 'error');
    };
    expect(await refused(true)).toEqual([]);
    expect(await refused(false)).toEqual([expect.objectContaining({ column: 'gone_at' })]);
  },
};
