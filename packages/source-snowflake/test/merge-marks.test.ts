import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ChunkKey } from '../src/plan/chunk-keys.ts';
import type { Cut, KeyRange } from '../src/plan/key-range.ts';
import { mergeMarks, type Bound, type Mark } from '../src/plan/merge-marks.ts';

const first: ChunkKey = { column: 'A', reading: 'column', type: { kind: 'decimal' } };
const second: ChunkKey = { ...first, column: 'B' };

const bound = (value: number): Bound => ({ text: String(value), literal: String(value) });

/** Distinct ascending values. */
const ascending = fc
  .uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 12 })
  .map((all) => {
    return all.sort((left, right) => left - right);
  });

const rows = fc.integer({ min: 1, max: 30 });

/** What the planning query may answer: ranges, and values cut by a second key, then NULL. */
const answers = fc
  .tuple(
    ascending.chain((values) =>
      fc.tuple(
        ...values.map((value) => {
          const range = rows.map((held): Mark[] => [mark('range', value, undefined, held)]);
          const split = fc
            .tuple(ascending, rows, fc.boolean())
            .map(([nexts, held, orNull]) => splits(value, nexts, held, orNull));
          return fc.oneof(range, split);
        }),
      ),
    ),
    fc.option(rows),
  )
  .map(([blocks, without]) => {
    const none = without === null ? [] : [mark('null', undefined, undefined, without)];
    return [...blocks.flat(), ...none];
  });

function splits(value: number, nexts: readonly number[], held: number, orNull: boolean): Mark[] {
  const marks = nexts.map((next) => mark('split', value, next, held));
  const withNull = orNull || marks.length === 0;
  return withNull ? [...marks, mark('split-null', value, undefined, held)] : marks;
}

function mark(
  kind: Mark['kind'],
  value: number | undefined,
  next: number | undefined,
  held: number,
): Mark {
  return {
    kind,
    first: value === undefined ? undefined : bound(value),
    next: next === undefined ? undefined : bound(next),
    rows: held,
  };
}

type Row = Readonly<Record<string, number | null>>;

function keeps(cut: Cut, row: Row): boolean {
  const value = row[cut.column] ?? null;
  if (cut.is === 'null') return value === null;
  if (value === null) return false;
  const above = cut.from === undefined || value >= Number(cut.from);
  return above && (cut.to === undefined || value < Number(cut.to));
}

function holds(range: KeyRange, row: Row): boolean {
  if (range.keys === 'all') return true;
  return range.keys === 'cut' && range.by.every((cut) => keeps(cut, row));
}

/** A row that the marks count, which has the mark's own keys. */
function rowOf({ first: one, next }: Mark): Row {
  return {
    A: one === undefined ? null : Number(one.text),
    B: next === undefined ? null : Number(next.text),
  };
}

describe('merged marks', () => {
  it('P1: every row that was counted is in one range, which expects it', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 60 }), (marks, wanted) => {
        const ranges = mergeMarks(marks, wanted, { first, second });
        const counted = ranges.map(() => 0);
        for (const one of marks) {
          const holders = ranges.flatMap(({ range }, at) => (holds(range, rowOf(one)) ? [at] : []));
          expect(holders).toHaveLength(1);
          counted[holders[0]!]! += one.rows;
        }
        expect(counted).toEqual(ranges.map(({ expectedRows }) => expectedRows));
      }),
      { numRuns: 500 },
    );
  });

  it('P1: every key is in one range, also between and outside of the marks', () => {
    const keyed = answers.map((marks) => marks.filter(({ kind }) => kind !== 'split-null'));
    const probe = fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -60, max: 60 }));
    fc.assert(
      fc.property(keyed, fc.integer({ min: 1, max: 60 }), probe, (marks, wanted, [a, b]) => {
        if (!marks.some(({ kind }) => kind !== 'null')) return;
        const ranges = mergeMarks(marks, wanted, { first, second });
        const row = { A: a + 0.5, B: b + 0.5 };
        expect(ranges.filter(({ range }) => holds(range, row))).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  it('puts neighbours together up to the rows asked for, and no further', () => {
    const marks = [60, 40, 500, 1].map((held, at) => mark('range', at, undefined, held));
    const ranges = mergeMarks([...marks, mark('null', undefined, undefined, 7)], 100, {
      first,
      second: undefined,
    });
    expect(ranges.map(({ label, expectedRows }) => [label, expectedRows])).toEqual([
      ['from-lowest', 100],
      ['from-2', 500],
      ['from-3', 1],
      ['null', 7],
    ]);
  });

  it('is one range for a table that fits a chunk, and for an empty one', () => {
    const small = [mark('range', 1, undefined, 40), mark('null', undefined, undefined, 60)];
    const keys = { first, second: undefined };
    expect(mergeMarks(small, 100, keys)).toMatchObject([{ range: { keys: 'all' } }]);
    expect(mergeMarks([], 100, keys)).toMatchObject([{ range: { keys: 'all' } }]);
  });
});
