import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ChunkKey } from '../src/plan/chunk-keys.ts';
import type { Cut, KeyRange } from '../src/plan/key-range.ts';
import { mergeMarks, type Bound, type Mark } from '../src/plan/merge-marks.ts';

const keysOf = (depth: number): readonly ChunkKey[] =>
  ['A', 'B', 'C', 'D'].slice(0, depth).map((column) => {
    return { column, reading: 'column', type: { kind: 'decimal' } };
  });

const bound = (value: number): Bound => ({ text: String(value), literal: String(value) });

const from = (values: readonly number[], rows: number): Mark => ({
  kind: 'from',
  bounds: values.map(bound),
  rows,
});

const none = (values: readonly number[], rows: number): Mark => ({
  kind: 'null',
  bounds: values.map(bound),
  rows,
});

/** Distinct ascending values. */
const ascending = (maxLength: number): fc.Arbitrary<number[]> =>
  fc
    .uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength })
    .map((all) => all.sort((left, right) => left - right));

const rows = fc.integer({ min: 1, max: 30 });

interface Answers {
  readonly keys: number;
  /** Whether there may be rows without a value of a key. */
  readonly nulls: boolean;
}

/** What the planning query may answer of the rows that have these values of the first keys. */
function marksOf(values: readonly number[], answers: Answers): fc.Arbitrary<readonly Mark[]> {
  const parts = ascending(values.length === 0 ? 8 : 4).chain((nexts) =>
    fc.tuple(...nexts.map((next) => partOf([...values, next], answers))),
  );
  const without = answers.nulls ? fc.option(rows) : fc.constant(null);
  return fc
    .tuple(parts, without)
    .map(([all, held]) => [...all.flat(), ...(held === null ? [] : [none(values, held)])]);
}

/** One mark of a value; or those of the next key, where it is cut by it. */
function partOf(values: readonly number[], answers: Answers): fc.Arbitrary<readonly Mark[]> {
  const whole = rows.map((held): readonly Mark[] => [from(values, held)]);
  if (values.length === answers.keys) return whole;
  const cut = fc
    .tuple(marksOf(values, answers), rows)
    .map(([parts, held]) => (parts.length > 0 ? parts : [from([...values, 0], held)]));
  return fc.oneof(whole, cut);
}

type Row = readonly (number | null)[];

function keeps(cut: Cut, row: Row, keys: readonly ChunkKey[]): boolean {
  const value = row[keys.findIndex(({ column }) => column === cut.column)] ?? null;
  if (cut.is === 'null') return value === null;
  if (value === null) return false;
  const above = cut.from === undefined || value >= Number(cut.from);
  return above && (cut.to === undefined || value < Number(cut.to));
}

function holds(range: KeyRange, row: Row, keys: readonly ChunkKey[]): boolean {
  if (range.keys === 'all') return true;
  return range.keys === 'cut' && range.by.every((cut) => keeps(cut, row, keys));
}

describe.each([1, 2, 3, 4])('merged marks of %d keys', (depth) => {
  const keys = keysOf(depth);

  it('P1: every row that was counted is in one range, which expects it', () => {
    const answers = marksOf([], { keys: depth, nulls: true });
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 60 }), (marks, wanted) => {
        const ranges = mergeMarks(marks, wanted, keys);
        const counted = ranges.map(() => 0);
        for (const mark of marks) {
          const row = mark.bounds.map(({ text }) => Number(text));
          const holders = ranges.flatMap(({ range }, at) => (holds(range, row, keys) ? [at] : []));
          expect(holders).toHaveLength(1);
          counted[holders[0]!]! += mark.rows;
        }
        expect(counted).toEqual(ranges.map(({ expectedRows }) => expectedRows));
      }),
      { numRuns: 300 },
    );
  });

  it('P1: every key is in one range, also between and outside of the marks', () => {
    const answers = marksOf([], { keys: depth, nulls: false });
    const probe = fc.array(fc.integer({ min: -60, max: 60 }), {
      minLength: depth,
      maxLength: depth,
    });
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 60 }), probe, (marks, wanted, at) => {
        if (marks.length === 0) return;
        const ranges = mergeMarks(marks, wanted, keys);
        const row = at.map((value) => value + 0.5);
        expect(ranges.filter(({ range }) => holds(range, row, keys))).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('merged marks', () => {
  it('puts neighbours together up to the rows asked for, and no further', () => {
    const marks = [60, 40, 500, 1].map((held, at) => from([at], held));
    const ranges = mergeMarks([...marks, none([], 7)], 100, keysOf(1));
    expect(ranges.map(({ label, expectedRows }) => [label, expectedRows])).toEqual([
      ['from-lowest', 100],
      ['from-2', 500],
      ['from-3', 1],
      ['null', 7],
    ]);
  });

  it('cuts the values of a value: the words say which', () => {
    const marks = [
      from([1], 60),
      from([2, 5], 90),
      from([2, 6, 1], 80),
      from([2, 6, 3], 70),
      none([2, 6], 60),
      none([2], 50),
      none([], 40),
    ];
    const ranges = mergeMarks(marks, 100, keysOf(3));
    expect(ranges.map(({ label, expectedRows }) => [label, expectedRows])).toEqual([
      ['from-lowest', 60],
      ['from-2-lowest', 90],
      ['from-2-6-lowest', 80],
      ['from-2-6-3', 70],
      ['from-2-6-null', 60],
      ['from-2-null', 50],
      ['null', 40],
    ]);
    expect(ranges[3]?.range).toMatchObject({
      by: [
        { column: 'A', from: '2' },
        { column: 'B', from: '6' },
        { column: 'C', from: '3' },
      ],
    });
  });

  it('is one range for a table that fits a chunk, and for an empty one', () => {
    const small = [from([1], 40), none([], 60)];
    expect(mergeMarks(small, 100, keysOf(1))).toMatchObject([{ range: { keys: 'all' } }]);
    expect(mergeMarks([], 100, keysOf(1))).toMatchObject([{ range: { keys: 'all' } }]);
  });
});
