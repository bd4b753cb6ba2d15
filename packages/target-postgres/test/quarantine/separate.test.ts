import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { separate } from '../../src/quarantine/separate-block.ts';

interface Case {
  readonly rows: number;
  readonly bad: ReadonlySet<number>;
  /** What the server says of who is at fault, right or wrong. */
  readonly suspect: (from: number, to: number) => number | undefined;
}

async function sift({ rows, bad, suspect }: Case) {
  const loaded: number[] = [];
  const refused: number[] = [];
  let attempts = 0;
  await separate(
    {
      async attempt(from, to) {
        attempts += 1;
        const part = Array.from({ length: to - from }, (_, index) => from + index);
        const first = part.find((row) => bad.has(row));
        if (first === undefined) {
          loaded.push(...part);
          return undefined;
        }
        return { why: `row ${first}`, suspect: suspect(from, to) };
      },
      async refused(from, to, why) {
        expect([to - from, why]).toEqual([1, `row ${from}`]);
        refused.push(from);
      },
    },
    0,
    rows,
  );
  return { loaded, refused, attempts };
}

const setOf = (rows: number) => fc.uniqueArray(fc.nat(rows - 1), { maxLength: 12 });
const cases = fc.integer({ min: 1, max: 300 }).chain((rows) =>
  fc.record({
    rows: fc.constant(rows),
    bad: setOf(rows).map((numbers) => new Set(numbers)),
    lies: fc.infiniteStream(fc.option(fc.integer({ min: -5, max: rows + 5 }), { nil: undefined })),
  }),
);

describe('separate', () => {
  it('P2: every good row goes in once, in order, and every bad one is named, whoever is suspected', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, bad, lies }) => {
        const suspect = () => lies.next().value ?? undefined;
        const { loaded, refused } = await sift({ rows, bad, suspect });
        const all = Array.from({ length: rows }, (_, row) => row);
        expect(loaded).toEqual(all.filter((row) => !bad.has(row)));
        expect(refused).toEqual(all.filter((row) => bad.has(row)));
      }),
    );
  });

  it('halves: at most two attempts a bad row and level', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, bad }) => {
        const { attempts } = await sift({ rows, bad, suspect: () => undefined });
        expect(attempts).toBeLessThanOrEqual(1 + 2 * bad.size * Math.ceil(Math.log2(rows + 1)));
      }),
    );
  });

  it('a suspicion that is right: at most three attempts a bad row', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, bad }) => {
        const suspect = (from: number) => Math.min(...[...bad].filter((row) => row >= from)) - from;
        const { attempts } = await sift({ rows, bad, suspect });
        expect(attempts).toBeLessThanOrEqual(1 + 3 * bad.size);
      }),
    );
  });
});
