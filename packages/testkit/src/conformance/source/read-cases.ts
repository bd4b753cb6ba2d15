import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { referenceDigest } from '../../digest/reference-digest.ts';
import { comparableRows, comparableSample } from '../comparable-sample.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleColumn, sampleRows, sorted } from '../sample-plan.ts';
import type { ModeCase } from './mode-cases.ts';
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
export const readCases: Readonly<Record<string, ModeCase>> = {
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
    expect(await source.digest(plan, testContext())).toMatchObject({ rows: 0, digest: '0' });
  },

  'only the columns of the plan, in its order': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const read = await readTable(source, withColumns(plan, ['AMOUNT', 'ID']));
    expect(sorted(read)).toEqual(
      sorted(rows.map(([id, , amount]) => [amount ?? null, id ?? null])),
    );
  },

  'filter: the rows that it keeps, counted and digested alike': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const filtered = { ...plan, read: { ...plan.read, filter: '"ID" < 23' } };
    const kept = sampleRows(0, 23);
    expect(sorted(await readTable(source, filtered))).toEqual(sorted(kept));
    expect(await source.count(filtered, testContext())).toBe(23);
    const digest = await source.digest(filtered, testContext());
    expect(digest).toEqual(referenceDigest(plan.columns, kept));
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

  'count: the rows of the table': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    expect(await source.count(plan, testContext())).toBe(57);
  },

  'P1: every comparable kind, as canonical text and in the digest': async (harness, extract) => {
    const columns = comparableSample;
    const source = await harness.open();
    const bare = columns.map((column) => ({ source: column, target: column.name }));
    const kinds = { name: 'KINDS', columns, rows: comparableRows(bare) };
    const plan = await planOf(source, await harness.createTable(kinds), extract);
    const digest = referenceDigest(plan.columns, kinds.rows);
    expect(await source.digest(plan, testContext())).toEqual(digest);
    expect(referenceDigest(plan.columns, await readTable(source, plan))).toEqual(digest);
  },

  'fractions of a second are cut to what the plan says, not rounded': async (harness, extract) => {
    const columns = comparableSample;
    const source = await harness.open();
    const bare = columns.map((column) => ({ source: column, target: column.name }));
    const kinds = { name: 'KINDS', columns, rows: comparableRows(bare) };
    const whole = await planOf(source, await harness.createTable(kinds), extract);
    const cut = ['CLOCK', 'WALL'];
    const plan = {
      ...whole,
      columns: whole.columns.map((pair) =>
        cut.includes(pair.source.name) ? { ...pair, fractionDigits: 6 } : pair,
      ),
    };
    const expected = comparableRows(plan.columns);
    const names = plan.columns.map(({ source: { name } }) => name);
    const picked = (read: (string | null)[][]) =>
      sorted(read.map((row) => cut.map((name) => row[names.indexOf(name)] ?? null)));
    const read = await readTable(source, plan);
    expect(picked(read)).toEqual(picked(expected));
    expect(await source.digest(plan, testContext())).toEqual(
      referenceDigest(plan.columns, expected),
    );
  },
};
