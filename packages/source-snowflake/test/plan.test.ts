import { describe, expect, it } from 'vitest';

import type { ChunkPlan, LogicalType, TablePlan, WorkContext } from '@snowmelt/core';

import type { NamedRow } from '../src/result/query-rows.ts';
import { readSpec } from '../src/plan/chunk-spec.ts';
import { rangeConditions } from '../src/plan/key-range.ts';
import { planChunks } from '../src/plan/plan-chunks.ts';
import { windowsOf } from '../src/query/extract-result.ts';
import { readCost } from '../src/unload/read-cost.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const context: WorkContext = {
  signal: new AbortController().signal,
  log,
  clock: { now: () => new Date(), monotonic: () => 0, sleep: async () => {} },
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

function keyed(type: LogicalType, more: Partial<TablePlan> = {}, word = 'number'): TablePlan {
  const read = {
    extract: 'auto',
    chunkColumns: [{ column: 'k', type: word }],
    sortColumns: [],
    batchRows: 100,
  } as const;
  return tablePlan({ columns: [pair('K', type)], read, ...more });
}

const decimal: LogicalType = { kind: 'decimal', precision: 38, scale: 0 };

const mark = (kind: string, first: string | null, rows: number) => ({
  kind,
  depth: '1',
  key_1: first,
  held_rows: String(rows),
});

const rangeOf = (chunk: ChunkPlan | undefined): readonly string[] => {
  const spec = readSpec(chunk!);
  if (spec.way === 'file' || spec.way === 'result') throw new Error('no range was planned');
  return rangeConditions(spec.range);
};

describe('key ranges', () => {
  const marks = [mark('from', '1', 90), mark('from', '101', 90), mark('from', '201', 70)];

  it('P3: bounds are literals and come from one query at the snapshot point', async () => {
    const { asked, chunks } = await plan(keyed(decimal), marks);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(
      `AT(TIMESTAMP => '2026-11-23T21:40:00.123456789+00:00'::TIMESTAMP_LTZ)`,
    );
    expect(chunks.map(({ id }) => id)).toEqual([
      '00001-from-lowest',
      '00002-from-101',
      '00003-from-201',
    ]);
    expect(rangeOf(chunks[1])).toEqual(['"K" >= 101', '"K" < 201']);
  });

  it.each([
    [{ kind: 'date' }, 'date', '2024-01-06', `'2024-01-06'::DATE`],
    [
      { kind: 'timestamp', precision: 9, zone: 'none' },
      'timestamp_ntz',
      '2024-01-06T10:00:00.5',
      `'2024-01-06T10:00:00.5'::TIMESTAMP_NTZ`,
    ],
    [
      { kind: 'timestamp', precision: 9, zone: 'instant' },
      'timestamp',
      '2024-01-06T10:00:00.5',
      `'2024-01-06T10:00:00.5+00:00'::TIMESTAMP_LTZ`,
    ],
    [
      { kind: 'timestamp', precision: 9, zone: 'offset' },
      'timestamp_tz',
      '+10000-01-01T07:59:59.0',
      `'9999-12-31T23:59:59.999999999+00:00'::TIMESTAMP_TZ`,
    ],
    [{ kind: 'date' }, 'date', '-0002-01-06', `'0001-01-01'::DATE`],
    [{ kind: 'date' }, 'date', '+12020-01-06', `'9999-12-31'::DATE`],
    [{ kind: 'text' }, 'varchar', String.raw`it's \ here`, String.raw`'it''s \\ here'`],
    [{ kind: 'float', bits: 64 }, 'number', 'NaN', `'NaN'::FLOAT`],
  ] as const)('compares %o by a literal of its own type', async (type, word, key, literal) => {
    const answer = [mark('from', key, 90), mark('from', key, 90)];
    const { chunks } = await plan(keyed(type, {}, word), answer);
    expect(rangeOf(chunks[1])).toEqual([`"K" >= ${literal}`]);
  });

  it('reads digits in text as numbers, and what is no number with NULL', async () => {
    const answer = [...marks, mark('null', null, 4)];
    const { chunks } = await plan(keyed({ kind: 'text' }, {}, 'varchar_numeric'), answer);
    expect(rangeOf(chunks[0])).toEqual(['TRY_TO_NUMBER("K", 38, 0) < 101']);
    expect(rangeOf(chunks[3])).toEqual(['TRY_TO_NUMBER("K", 38, 0) IS NULL']);
  });

  it('cuts by a column that is not copied', async () => {
    const { source } = pair('K', decimal);
    const table = keyed(decimal, { columns: [pair('V', decimal)], chunkColumns: [source] });
    expect((await plan(table, marks)).chunks).toHaveLength(3);
  });
});

describe('P8: chunk columns that contradict the source are refused', () => {
  it.each([
    [{ kind: 'text' }, 'bigint', /TEXT in Snowflake, not bigint/u],
    [{ kind: 'decimal' }, 'date', /DECIMAL in Snowflake, not date/u],
    [{ kind: 'date' }, 'varchar', /not varchar/u],
    [{ kind: 'binary' }, 'uuid', /not uuid/u],
  ] as const)('%o as %s', async (type, word, message) => {
    await expect(plan(keyed(type, {}, word), [])).rejects.toMatchObject({
      code: 'CONFIG.INVALID',
      message: expect.stringMatching(message) as string,
    });
  });

  it('a column that is not there', async () => {
    const table = keyed(decimal, { columns: [pair('OTHER', decimal)] });
    await expect(plan(table, [])).rejects.toMatchObject({ code: 'CONFIG.INVALID' });
  });
});

describe('without chunk columns', () => {
  const read = { ...tablePlan().read, batchRows: 100, sortColumns: [] };
  const answer = [mark('from', '1', 90), mark('from', '101', 90)];
  const clustered = (...types: readonly LogicalType[]) => ({
    clusterColumns: types.map((type, index) => pair(`C${String(index + 1)}`, type).source),
  });

  it('a query is cut by what the table is clustered by, whether that is copied or not', async () => {
    const table = tablePlan({ read, ...clustered(decimal, { kind: 'binary' }, decimal) });
    const { asked, chunks } = await plan(table, answer);
    expect(asked[0]).not.toContain('"C3"');
    expect(chunks.map(({ kind }) => kind)).toEqual(['load', 'load']);
    expect(rangeOf(chunks[1])).toEqual(['"C1" >= 101']);
  });

  it.each([
    ['with a primary key, which orders nothing', { primaryKey: ['id'] }],
    ['of a key without an order', clustered({ kind: 'binary' })],
    ['of a key that is compared through a function', clustered({ kind: 'uuid' })],
    ['with sort columns', { read: { ...read, sortColumns: ['ID'] } }],
    ['of unknown size', {}],
    ['of known size', { estimatedRows: 1e9 }],
  ])('a table %s is scanned once: one statement, whose result is divided', async (_, parts) => {
    const { asked, chunks } = await plan(tablePlan({ read, ...parts }), answer);
    expect(asked).toEqual([]);
    expect(chunks).toMatchObject([{ id: '00001-all', kind: 'extract', spec: { way: 'query' } }]);
  });

  it('an unload is not cut: every segment could read the whole table', async () => {
    const sizes = { extract: 'unload', estimatedRows: 1e6, estimatedBytes: 2 ** 40 } as const;
    const { chunks } = await plan(tablePlan({ read, ...clustered(decimal), ...sizes }), answer);
    expect(chunks).toHaveLength(1);
  });
});

describe('windows of a result', () => {
  const windows = (rows: readonly number[], wanted: number) =>
    windowsOf(
      rows.map((count) => ({ rows: count })),
      wanted,
    ).map(({ from, to }) => [from, to]);

  it('P1: are whole parts, each once, of at least as many rows as asked for', () => {
    expect(windows([3, 50, 60, 100, 7], 100)).toEqual([
      [0, 113],
      [113, 213],
      [213, 220],
    ]);
    expect(windows([500, 500], 100)).toEqual([
      [0, 500],
      [500, 1000],
    ]);
    expect(windows([5], 100)).toEqual([[0, 5]]);
    expect(windows([], 100)).toEqual([]);
  });
});

describe('one statement', () => {
  const changes = { feed: 'f', from: '2026-11-22T21:40:00+00:00' };

  it.each([
    ['what can not be pinned', { snapshot: { pinned: false, reason: 'external' } as const }],
    ['changes', { mode: 'changes', changes } as const],
  ])('P3: for %s, whatever its size; its result is divided', async (_, parts) => {
    const { asked, chunks } = await plan(keyed(decimal, { ...parts, estimatedRows: 1e9 }), []);
    expect(asked).toEqual([]);
    expect(chunks).toMatchObject([{ id: '00001-all', kind: 'extract' }]);
  });

  it('for a table that the catalog says fits', async () => {
    const { asked, chunks } = await plan(keyed(decimal, { estimatedRows: 100 }), []);
    expect(asked).toEqual([]);
    expect(chunks).toMatchObject([{ kind: 'load' }]);
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
  const answer = [1, 2, 3, 4].map((key) => mark('from', String(key), 1000));
  const { chunks } = await plan(table, answer, 1000);
  expect(chunks.map(({ kind }) => kind)).toEqual(['extract', 'extract', 'extract', 'extract']);
});

describe('what a plan costs, beside the description of its table', () => {
  const GB = 1e9;
  const sizes = { estimatedRows: 1e7, estimatedBytes: GB } as const;
  const read = { ...tablePlan().read, batchRows: 100 };
  const cost = async (table: TablePlan, rows: readonly NamedRow[] = [], digest = false) =>
    readCost(table, (await plan(table, rows)).chunks, { digest, fileBytes: 64e6 });
  const marks = [1, 101, 201, 301].map((key) => mark('from', String(key), 90));

  it('a table without a key that prunes is read once, and counted', async () => {
    const expected = { statements: 2, scans: 1, bytes: GB };
    expect(await cost(tablePlan({ read, ...sizes }))).toEqual(expected);
  });

  it('a digest is one more statement and one more scan', async () => {
    const expected = { statements: 3, scans: 2, bytes: 2 * GB };
    expect(await cost(tablePlan({ read, ...sizes }), [], true)).toEqual(expected);
  });

  it('ranges read it once together, and their keys once before', async () => {
    const columns = [pair('K', decimal), pair('V', { kind: 'text' })];
    const expected = { statements: 6, scans: 1.5, bytes: 1.5 * GB };
    expect(await cost(keyed(decimal, { columns, ...sizes }), marks)).toEqual(expected);
  });

  it('ranges that are compared through a function read it once each', async () => {
    const columns = [pair('K', { kind: 'text' }), pair('V', { kind: 'text' })];
    const table = keyed({ kind: 'text' }, { columns, ...sizes }, 'varchar_numeric');
    expect(await cost(table, marks)).toEqual({ statements: 6, scans: 4.5, bytes: 4.5 * GB });
  });

  it('an unload has its stage and the URLs of its files, a hundred at a time', async () => {
    const large = { extract: 'unload', estimatedRows: 1e9, estimatedBytes: 1e10 } as const;
    const table = tablePlan({ read, ...large });
    const { chunks } = await plan(table, [], 1e11);
    const estimate = readCost(table, chunks, { digest: false, fileBytes: 64e6 });
    expect(estimate).toEqual({ statements: 1 + 1 + 2 + 2, scans: 1, bytes: 1e10 });
  });

  it('what can not be pinned is not counted; of an unknown size no bytes are told', async () => {
    const snapshot = { pinned: false, reason: 'external' } as const;
    expect(await cost(tablePlan({ read, snapshot }))).toEqual({ statements: 1, scans: 1 });
  });
});
