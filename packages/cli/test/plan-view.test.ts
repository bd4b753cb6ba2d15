import { stripVTControlCharacters } from 'node:util';

import type { RunSummary, TableJob, TablePlan } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import type { PlannedTable } from '../src/plan/plan-tables.ts';
import { earlierOf } from '../src/plan/estimate.ts';
import { formatPlan } from '../src/plan/format-plan.ts';
import { formatTablePlan } from '../src/plan/format-table-plan.ts';
import { viewPlan } from '../src/plan/plan-view.ts';
import { textWidth } from '../src/terminal/text-width.ts';

const source = { database: 'PROD', schema: 'PUBLIC', name: 'ORDERS' };
const target = { database: 'dwh', schema: 'sales', name: 'orders' };
const job = { key: 'ORDERS', source, target, mode: 'truncate', notices: [] } as unknown as TableJob;

const column = {
  name: 'ID',
  type: { kind: 'decimal', precision: 38, scale: 0 },
  nativeType: 'NUMBER(38,0)',
  nullable: false,
  hasDefault: false,
  generated: false,
} as const;

function planned(extract: TablePlan['extract'], more: Partial<PlannedTable>): PlannedTable {
  const plan: TablePlan = {
    run: 'plan',
    key: 'ORDERS',
    source,
    target,
    columns: [{ source: column, target: 'id' }],
    primaryKey: [],
    snapshot: { pinned: true, at: '2026-03-01T10:00:00.123456789Z' },
    mode: 'truncate',
    keyColumns: [],
    extract,
    read: { extract: 'auto', chunkColumns: [], sortColumns: [], batchRows: 25_000 },
    estimatedRows: 10_000_000,
    estimatedBytes: 1_200_000_000,
    emptiesOthers: false,
  };
  const sourceSchema = { ref: source, kind: 'table', columns: [column], primaryKey: [] } as const;
  const own = { ...column, name: 'id', nativeType: 'numeric(38,0)' };
  const existing = { ...sourceSchema, columns: [own] };
  const decision = { plan, sourceSchema, existing, findings: [], notices: [] };
  return { job, decision, ...more };
}

const tables = [
  planned('query', {
    chunks: { load: 0, extract: 1 },
    cost: { statements: 2, scans: 1, bytes: 1_200_000_000 },
  }),
  planned('query', {
    chunks: { load: 400, extract: 0 },
    cost: { statements: 402, scans: 1.06, bytes: 1_275_000_000 },
    policies: [{ kind: 'masking', name: 'GOV.P.MASK', column: 'EMAIL' }],
    pieces: [
      { name: 'orders_day', kind: 'index', becomes: 'away' },
      { name: 'orders_of', kind: 'foreign key', becomes: 'away' },
      { name: 'orders_pkey', kind: 'index', becomes: 'stays', why: 'rows are found by it' },
    ],
  }),
  planned('unload', { chunks: { load: 0, extract: 3 }, cost: { statements: 8, scans: 1 } }),
  planned('query', { chunks: { load: 1, extract: 0 }, cost: { statements: 1, scans: 0 } }),
];

const night: RunSummary = {
  id: 'r1',
  status: 'completed',
  startedAt: new Date('2026-02-28T01:00:00Z'),
  completedAt: new Date('2026-02-28T01:01:00Z'),
  sourceNames: ['s'],
  rows: 5_000_000,
  tables: [
    {
      key: 'ORDERS',
      sourceName: 's',
      source,
      target,
      status: 'completed',
      totalChunks: 1,
      completedChunks: 1,
      failedChunks: 0,
      rows: 5_000_000,
      bytes: 1,
      startedAt: new Date('2026-02-28T01:00:00Z'),
      completedAt: new Date('2026-02-28T01:00:50Z'),
    },
  ],
};
const price = { of: 'warehouse LOAD_WH, X-Small', creditsPerHour: 1 };

describe('plan: what becomes of each table', () => {
  it('all of it, for people', async () => {
    const lines = viewPlan(tables)
      .tables.flatMap((table) => formatTablePlan(table, 100))
      .map(stripVTControlCharacters);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('plan-view.snapshot.txt');
  });

  it('for programs', async () => {
    const json = JSON.stringify(viewPlan(tables, earlierOf([night]), price), undefined, 2);
    await expect(`${json}\n`).toMatchFileSnapshot('plan-view.snapshot.json');
  });

  it('time by the rate of an earlier run, credits at most by the price of that time', () => {
    const { estimate, tables: views } = viewPlan(tables.slice(0, 1), earlierOf([night]), price);
    expect(views[0]).toMatchObject({
      seconds: expect.closeTo(100, 6),
      earlier: { run: 'r1', rows: 5_000_000 },
    });
    // Its tables took 50 of the run's 60 seconds, one after the other.
    expect(estimate).toMatchObject({
      rows: 10_000_000,
      seconds: expect.closeTo(100, 6),
      tablesWithoutRate: 0,
    });
    expect(estimate.credits).toBeCloseTo(100 / 3600, 6);
    expect(viewPlan(tables).estimate).not.toHaveProperty('seconds');
  });

  it('tables that ran side by side take less than their times together', () => {
    const [one] = night.tables;
    const both = one === undefined ? [] : [one, { ...one, key: 'OTHER' }];
    expect(earlierOf([{ ...night, tables: both }]).beside).toBeCloseTo(0.6, 6);
    expect(earlierOf([{ ...night, tables: [] }]).beside).toBe(1);
    const first = { ...night, id: 'try', limit: 1000 };
    expect(earlierOf([first, night])).toEqual(earlierOf([night]));
  });

  it('a change of a row access policy is said to remove rows where it does', () => {
    const policies = [{ kind: 'row access', name: 'GOV.P.REGION' }];
    const [table] = viewPlan([planned('query', { policies })]).tables;
    const text = table === undefined ? '' : formatTablePlan(table, 200).join('\n');
    expect(text).toContain('row access policy GOV.P.REGION: rows that it hides from the role');
    expect(text).toContain('a change of it makes this run remove');
    const [unknown] = viewPlan([planned('query', { policies: { unknown: 'no right' } })]).tables;
    expect(unknown === undefined ? '' : formatTablePlan(unknown, 100).join('\n')).toContain(
      'policies of the source are not known: no right',
    );
  });

  it.each([60, 100, 200])('forty tables are forty lines, none wider than %d columns', (width) => {
    const forty = Array.from({ length: 40 }, (_, at) => {
      const [one] = tables;
      const name = `FACT_ORDER_LINES_${at}`;
      const named = { ...job, key: name, source: { ...source, name } } as TableJob;
      return { ...one, job: { ...named, target: { ...target, name: name.toLowerCase() } } };
    });
    const view = viewPlan(forty, earlierOf([night]), price);
    const lines = formatPlan(view, width, false).map(stripVTControlCharacters);
    expect(lines.length).toBeLessThan(52);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
    expect(lines.join(' ')).toContain('40 tables, 400,000,000 rows');
  });
});
