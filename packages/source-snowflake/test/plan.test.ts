import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ChunkPlan, LogicalType, TablePlan, WorkContext } from '@snowmelt/core';

import type { NamedRow } from '../src/connect/query-rows.ts';
import { readSpec } from '../src/plan/chunk-spec.ts';
import { rangeConditions } from '../src/plan/key-range.ts';
import { planChunks } from '../src/plan/plan-chunks.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const context: WorkContext = {
  signal: new AbortController().signal,
  log,
  clock: { now: () => new Date(), sleep: async () => {} },
};

/** Plans over what Snowflake would answer to the one aggregate query. */
async function plan(table: TablePlan, rows: readonly NamedRow[], segmentBytes = 2 ** 32) {
  const asked: string[] = [];
  const ask = async (sql: string): Promise<readonly NamedRow[]> => {
    asked.push(sql);
    return rows;
  };
  return { asked, chunks: await Array.fromAsync(planChunks(table, segmentBytes, ask, context)) };
}

function keyed(type: LogicalType, more: Partial<TablePlan> = {}): TablePlan {
  const read = {
    extract: 'auto',
    chunkColumns: [{ column: 'k', type: 'any' }],
    sortColumns: [],
    batchRows: 100,
  } as const;
  return tablePlan({ columns: [pair('K', type)], read, ...more });
}

const decimal: LogicalType = { kind: 'decimal', precision: 38, scale: 0 };

/** How many chunks hold a key, by their bounds. */
function holders(chunks: readonly ChunkPlan[], key: bigint | null): number {
  return chunks.filter((chunk) => {
    const spec = readSpec(chunk);
    if (spec.way === 'file') return false;
    const { range } = spec;
    if (range.keys === 'all') return true;
    if (range.keys === 'null') return key === null;
    if (key === null) return false;
    const above = range.from === undefined || key >= BigInt(range.from);
    return above && (range.to === undefined || key < BigInt(range.to));
  }).length;
}

describe('numeric ranges', () => {
  it('P1: every key, also one outside of the bounds seen, and NULL are in exactly one chunk', async () => {
    const key = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
    await fc.assert(
      fc.asyncProperty(key, key, key, fc.integer({ min: 1, max: 5000 }), async (a, b, probe, n) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const { chunks } = await plan(keyed(decimal), [
          {
            all_rows: String(n + 1),
            key_rows: String(n),
            low: String(low),
            high: String(high),
          },
        ]);
        for (const value of [low, high, low - 1n, high + 1n, probe, null]) {
          expect(holders(chunks, value)).toBe(1);
        }
        expect(new Set(chunks.map(({ id }) => id)).size).toBe(chunks.length);
      }),
      { numRuns: 300 },
    );
  });

  it('P3: bounds are literals and come from one query at the snapshot point', async () => {
    const { asked, chunks } = await plan(keyed(decimal), [
      { all_rows: '250', key_rows: '250', low: '1', high: '300' },
    ]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(
      `AT(TIMESTAMP => '2026-11-23T21:40:00.123456789+00:00'::TIMESTAMP_LTZ)`,
    );
    expect(chunks.map(({ id }) => id)).toEqual([
      '00001-from-lowest',
      '00002-from-101',
      '00003-from-201',
    ]);
    const second = readSpec(chunks[1]!);
    if (second.way !== 'query') throw new Error('a query was planned');
    expect(rangeConditions(second.range)).toEqual(['"K" >= 101', '"K" < 201']);
  });

  it('an empty table is one chunk', async () => {
    const { chunks } = await plan(keyed(decimal), [
      { all_rows: '0', key_rows: '0', low: null, high: null },
    ]);
    expect(chunks).toHaveLength(1);
  });
});

describe('date ranges', () => {
  const days = [
    { day: '2024-01-01', day_rows: '60' },
    { day: '2024-01-02', day_rows: '40' },
    { day: '2024-01-05', day_rows: '500' },
    { day: '2024-01-06', day_rows: '1' },
    { day: null, day_rows: '7' },
  ];

  it('puts days together up to the rows asked for and leaves NULL to a chunk of its own', async () => {
    const zone = { kind: 'timestamp', precision: 9, zone: 'offset' } as const;
    const { asked, chunks } = await plan(keyed(zone), days);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(`CONVERT_TIMEZONE('UTC', "K")`);
    expect(chunks.map(({ id, expectedRows }) => [id, expectedRows])).toEqual([
      ['00001-from-earliest', 100],
      ['00002-from-2024-01-05', 500],
      ['00003-from-2024-01-06', 1],
      ['00004-null', 7],
    ]);
    expect(chunks[1]?.range).toEqual({
      keys: 'range',
      column: 'K',
      from: `'2024-01-05T00:00:00+00:00'::TIMESTAMP_TZ`,
      to: `'2024-01-06T00:00:00+00:00'::TIMESTAMP_TZ`,
    });
  });

  it.each([
    [{ kind: 'date' }, `'2024-01-06'::DATE`],
    [{ kind: 'timestamp', precision: 9, zone: 'none' }, `'2024-01-06T00:00:00'::TIMESTAMP_NTZ`],
    [
      { kind: 'timestamp', precision: 9, zone: 'instant' },
      `'2024-01-06T00:00:00+00:00'::TIMESTAMP_LTZ`,
    ],
  ] as const)('compares %o by a literal of its own type', async (type, literal) => {
    const { chunks } = await plan(keyed(type), days);
    expect(chunks[2]?.range).toMatchObject({ from: literal });
  });
});

describe('one chunk', () => {
  it('P3: for what can not be pinned, whatever its size', async () => {
    const snapshot = { pinned: false, reason: 'an external table has no Time Travel' } as const;
    const { asked, chunks } = await plan(keyed(decimal, { snapshot, estimatedRows: 1e9 }), []);
    expect(asked).toEqual([]);
    expect(chunks).toMatchObject([{ id: '00001-all', kind: 'load' }]);
  });

  it('for a table that the catalog says fits', async () => {
    const { asked, chunks } = await plan(keyed(decimal, { estimatedRows: 100 }), []);
    expect(asked).toEqual([]);
    expect(chunks).toHaveLength(1);
  });

  it('of an unload, where the table has no more bytes than a segment', async () => {
    const table = keyed(decimal, {
      extract: 'unload',
      estimatedRows: 1e6,
      estimatedBytes: 2 ** 20,
    });
    const { chunks } = await plan(table, []);
    expect(chunks).toMatchObject([{ id: '00001-all', kind: 'extract' }]);
  });
});

it('cuts a large unload into segments by its catalog bytes', async () => {
  const table = keyed(decimal, { extract: 'unload', estimatedRows: 4000, estimatedBytes: 4000 });
  const answer = [{ all_rows: '4000', key_rows: '4000', low: '1', high: '4000' }];
  const { chunks } = await plan(table, answer, 1000);
  expect(chunks.map(({ kind }) => kind)).toEqual(['extract', 'extract', 'extract', 'extract']);
});
