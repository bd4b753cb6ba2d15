import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing, type Case, type Cases } from '../cases.ts';
import { comparableSample } from '../comparable-sample.ts';
import { expectFailure } from '../expect-failure.ts';
import { sampleColumns, sampleRead, sampleRows } from '../sample-plan.ts';
import { ordersTable } from './read-table.ts';
import type { WholeSourceHarness } from './source-harness.ts';

/** What is known of a table before it is read. */
export const describeCases: Cases<WholeSourceHarness> = {
  'ping: says who and where': async (harness) => {
    const source = await harness.open();
    expect(await source.ping(testContext())).not.toBe('');
  },

  'describe: columns in order, with their types, and the primary key': async (harness) => {
    const columns = comparableSample;
    const ref = await harness.createTable({ name: 'KINDS', columns, rows: [] });
    const source = await harness.open();
    const schema = await source.describe(ref, testContext());
    expect(schema).toMatchObject({ ref, kind: 'table', primaryKey: [] });
    const typed = ({ name, type }: (typeof columns)[number]) => [name, type.kind];
    expect(schema.columns.map(typed)).toEqual(columns.map(typed));
    for (const [index, { type }] of schema.columns.entries()) {
      const asked = columns[index]?.type;
      if (asked?.kind === 'decimal' || asked?.kind === 'timestamp' || asked?.kind === 'time') {
        expect(type).toEqual(asked);
      }
    }
  },

  'describe: the primary key in its order': async (harness) => {
    const ref = await harness.createTable({
      name: 'KEYED',
      columns: sampleColumns,
      rows: [],
      primaryKey: ['NAME', 'ID'],
    });
    const source = await harness.open();
    expect((await source.describe(ref, testContext())).primaryKey).toEqual(['NAME', 'ID']);
  },

  'describe: names are taken as stored, with blanks, quotes and lower case': async (harness) => {
    const columns = sampleColumns.map((column) => ({ ...column, name: `a "b" ${column.name}é` }));
    const ref = await harness.createTable({ name: 'my "Orders" é', columns, rows: [] });
    const source = await harness.open();
    const schema = await source.describe(ref, testContext());
    expect(schema.columns.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
  },

  'TABLE_NOT_FOUND: a table that is not there': async (harness) => {
    const ref = await ordersTable(harness);
    const source = await harness.open();
    for (const missing of [
      { ...ref, name: 'NO_SUCH_TABLE' },
      { ...ref, name: ref.name.toLowerCase() },
      { ...ref, schema: 'NO_SUCH_SCHEMA' },
    ]) {
      const described = source.describe(missing, testContext());
      const error = await expectFailure(described, 'SOURCE.TABLE_NOT_FOUND');
      expect(error.retry).toBe('never');
    }
  },

  'describe: many at once, each with its own, and those that are not there told apart': async (
    harness,
  ) => {
    const columns = sampleColumns.slice(0, 2);
    const orders = await ordersTable(harness, sampleRows(0, 3));
    const made = [
      orders,
      await harness.createTable({ name: 'NARROW', columns, rows: [], primaryKey: ['NAME', 'ID'] }),
      await harness.createTable({ name: 'ORDERS_', columns, rows: [] }),
    ];
    const source = await harness.open();
    const missing = { ...orders, name: 'ORDER' };
    const [absent, ...found] = await Promise.allSettled(
      [missing, ...made].map((ref) => source.describe(ref, testContext())),
    );
    expect(absent).toMatchObject({ reason: { code: 'SOURCE.TABLE_NOT_FOUND' } });
    const alone = await Promise.allSettled(made.map((ref) => source.describe(ref, testContext())));
    expect(found).toEqual(alone);
    expect(found.map((one) => one.status === 'fulfilled' && one.value.columns.length)).toEqual([
      sampleColumns.length,
      2,
      2,
    ]);
    expect(found[1]).toMatchObject({ value: { primaryKey: ['NAME', 'ID'] } });
  },

  ...needing<Case<WholeSourceHarness>>(['pins'], {
    'pin: an ISO 8601 instant, later ones not earlier': async (harness) => {
      const source = await harness.open();
      const [first, second] = [
        await source.pins.pin(testContext()),
        await source.pins.pin(testContext()),
      ];
      for (const { at } of [first, second]) {
        expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/);
      }
      expect(Date.parse(second.at)).toBeGreaterThanOrEqual(Date.parse(first.at));
    },
  }),

  ...needing<Case<WholeSourceHarness>>(['extracts'], {
    'choose: what is asked for is taken, auto is one of its own': async (harness) => {
      const ref = await ordersTable(harness, sampleRows(0, 3));
      const source = await harness.open();
      const schema = await source.describe(ref, testContext());
      for (const extract of harness.extracts) {
        const read = { ...sampleRead, extract };
        expect(await source.extracts.choose(schema, read, testContext())).toEqual({ extract });
      }
      const auto = await source.extracts.choose(schema, sampleRead, testContext());
      expect(harness.extracts).toContain(auto.extract);
    },
  }),
};
