import type { TablePlan } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { referenceDigest } from '../../digest/reference-digest.ts';
import { needing } from '../cases.ts';
import { comparableRows, comparableSample } from '../comparable-sample.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleColumn, sampleRows, sorted } from '../sample-plan.ts';
import type { ModeCase, ModeCases } from './mode-cases.ts';
import type { WholeSourceHarness } from './source-harness.ts';
import { cutBy, ordersTable, planOf, readTable, withColumns } from './read-table.ts';

const rows = sampleRows(0, 57);

const awkwardTexts = [
  ['', null, 'x'],
  ['"', '""', 'a "quoted" word'],
  [',', '\n', 'a\r\nb'],
  [' leading', 'trailing ', '\t'],
  ['NULL', '\\N', '\\.'],
  ['ä', '日本語', '👩‍👩‍👧 é'],
  ["it's", '\\', '$$'],
];

/** What is read of a table. */
export const readCases: ModeCases = {
  'P1: the chunks are the table, no row twice': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    expect(sorted(await readTable(source, plan))).toEqual(sorted(rows));
  },

  'P1: the same, cut by ranges of a column': async (harness, extract) => {
    const source = await harness.open();
    const plan = cutBy(await planOf(source, await ordersTable(harness), extract), 'ID');
    expect(sorted(await readTable(source, plan))).toEqual(sorted(rows));
  },

  'P1: rows whose chunking column is NULL, and equal values': async (harness, extract) => {
    const keys = [null, '5', '5', null, '5', '-7', '900000000000', null, '0'];
    const awkward = Array.from({ length: 45 }, (_, index) => [
      String(index),
      keys[index % keys.length] ?? null,
    ]);
    const columns = ['ID', 'GROUP_ID'].map((name) =>
      sampleColumn(name, { kind: 'decimal', precision: 18, scale: 0 }, 'NUMBER(18,0)'),
    );
    const ref = await harness.createTable({ name: 'GROUPED', columns, rows: awkward });
    const source = await harness.open();
    const plan = cutBy(await planOf(source, ref, extract), 'GROUP_ID');
    expect(sorted(await readTable(source, plan))).toEqual(sorted(awkward));
  },

  'P1: NULL, empty, quotes, line ends, blanks, backslashes, Unicode': async (harness, extract) => {
    const columns = ['A', 'B', 'C'].map((name) => sampleColumn(name, { kind: 'text' }, 'VARCHAR'));
    const ref = await harness.createTable({ name: 'TEXTS', columns, rows: awkwardTexts });
    const source = await harness.open();
    const plan = await planOf(source, ref, extract);
    expect(sorted(await readTable(source, plan))).toEqual(sorted(awkwardTexts));
  },

  'P1: equal rows are all read': async (harness, extract) => {
    const same = Array.from({ length: 25 }, () => ['1', 'same', null]);
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness, same), extract);
    expect(await readTable(source, plan)).toEqual(same);
  },

  'an empty table has no rows': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness, []), extract);
    expect(await readTable(source, plan)).toEqual([]);
    expect(await source.count(plan, testContext())).toBe(0);
  },

  'only the columns of the plan, in its order': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const read = await readTable(source, withColumns(plan, ['AMOUNT', 'ID']));
    expect(sorted(read)).toEqual(
      sorted(rows.map(([id, , amount]) => [amount ?? null, id ?? null])),
    );
  },

  'count: the rows of the table': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    expect(await source.count(plan, testContext())).toBe(57);
  },

  'P1: every comparable kind, as canonical text': async (harness, extract) => {
    const { source, ref, rows: kinds } = await kindsTable(harness);
    const plan = await planOf(source, ref, extract);
    const read = await readTable(source, plan);
    expect(referenceDigest(plan.columns, read)).toEqual(referenceDigest(plan.columns, kinds));
  },

  'fractions of a second are cut to what the plan says, not rounded': async (harness, extract) => {
    const { source, ref } = await kindsTable(harness);
    const plan = withDigits(await planOf(source, ref, extract));
    const names = plan.columns.map(({ source: { name } }) => name);
    const picked = (read: (string | null)[][]) =>
      sorted(read.map((row) => cut.map((name) => row[names.indexOf(name)] ?? null)));
    expect(picked(await readTable(source, plan))).toEqual(picked(comparableRows(plan.columns)));
  },
};

const cut = ['CLOCK', 'WALL'];

async function kindsTable(harness: WholeSourceHarness) {
  const columns = comparableSample;
  const kinds = comparableRows(columns.map((column) => ({ source: column, target: column.name })));
  const ref = await harness.createTable({ name: 'KINDS', columns, rows: kinds });
  return { source: await harness.open(), ref, rows: kinds };
}

/** For a target that keeps six digits of a second. */
function withDigits(plan: TablePlan): TablePlan {
  const columns = plan.columns.map((pair) =>
    cut.includes(pair.source.name) ? { ...pair, fractionDigits: 6 } : pair,
  );
  return { ...plan, columns };
}

/** Conditions that the configuration sets, in SQL as most databases have it. */
export const filterCases: ModeCases = needing<ModeCase>(['filters'], {
  'filter: the rows that it keeps, counted alike': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const filtered = { ...plan, read: { ...plan.read, filter: '"ID" < 23' } };
    const kept = sampleRows(0, 23);
    expect(sorted(await readTable(source, filtered))).toEqual(sorted(kept));
    expect(await source.count(filtered, testContext())).toBe(23);
  },

  'filter: NULL is not kept by a comparison': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const filtered = { ...plan, read: { ...plan.read, filter: `"NAME" <> 'name 5'` } };
    const kept = rows.filter(([, name]) => name !== null && name !== 'name 5');
    expect(sorted(await readTable(source, filtered))).toEqual(sorted(kept));
  },

  'P8: a filter that is not understood is refused': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const filtered = { ...plan, read: { ...plan.read, filter: '"NO_SUCH_COLUMN" < 23' } };
    const error = await expectFailure(readTable(source, filtered), 'SOURCE.STATEMENT_FAILED');
    expect(error.retry).toBe('never');
  },
});

/** First tries. */
export const limitCases: ModeCases = needing<ModeCase>(['limits'], {
  'limit: so many rows of the table, none twice, counted alike': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const limited = { ...plan, read: { ...plan.read, limit: 23 } };
    const read = sorted(await readTable(source, limited));
    expect(new Set(read).size).toBe(23);
    expect(sorted(rows)).toEqual(expect.arrayContaining(read));
    expect(await source.count(limited, testContext())).toBe(23);
  },

  'limit: beyond the end of the table, and of what a filter keeps': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const limited = cutBy({ ...plan, read: { ...plan.read, limit: 1000 } }, 'ID');
    expect(sorted(await readTable(source, limited))).toEqual(sorted(rows));
    expect(await source.count(limited, testContext())).toBe(rows.length);
  },
});

/** What is compared with the target. */
export const digestCases: ModeCases = needing<ModeCase>(['digests'], {
  'digest: of a table without rows is 0': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness, []), extract);
    const empty = await source.digests.digest(plan, testContext());
    expect(empty).toMatchObject({ rows: 0, digest: '0' });
  },

  'P1: the digest is that of the rows, whatever kinds their columns have': async (
    harness,
    extract,
  ) => {
    const { source, ref } = await kindsTable(harness);
    for (const digits of [(plan: TablePlan) => plan, withDigits]) {
      const plan = digits(await planOf(source, ref, extract));
      const digest = await source.digests.digest(plan, testContext());
      expect(digest).toEqual(referenceDigest(plan.columns, comparableRows(plan.columns)));
    }
  },

  ...needing<ModeCase>(['filters'], {
    'P1: rows that a filter leaves out are not in the digest': async (harness, extract) => {
      const source = await harness.open();
      const plan = await planOf(source, await ordersTable(harness), extract);
      const filtered = { ...plan, read: { ...plan.read, filter: '"ID" < 23' } };
      const digest = await source.digests.digest(filtered, testContext());
      expect(digest).toEqual(referenceDigest(plan.columns, sampleRows(0, 23)));
    },
  }),

  ...needing<ModeCase>(['pins'], {
    'P3: the digest is that of the snapshot': async (harness, extract) => {
      const source = await harness.open();
      const ref = await ordersTable(harness);
      const plan = await planOf(source, ref, extract);
      await harness.replaceRows(ref, sampleRows(1000, 1011));
      const digest = await source.digests.digest(plan, testContext());
      expect(digest).toEqual(referenceDigest(plan.columns, rows));
    },
  }),
});
