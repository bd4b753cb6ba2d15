import { stripVTControlCharacters } from 'node:util';

import type { TableJob, TablePlan } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import type { PlannedTable } from '../src/plan/plan-tables.ts';
import { formatTablePlan, viewPlan } from '../src/plan/plan-view.ts';

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
  const decision = { plan, sourceSchema, existing: sourceSchema, findings: [], notices: [] };
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
  }),
  planned('unload', { chunks: { load: 0, extract: 3 }, cost: { statements: 8, scans: 1 } }),
  planned('query', { chunks: { load: 1, extract: 0 }, cost: { statements: 1, scans: 0 } }),
];

describe('plan: statements, scans and bytes of each table', () => {
  it('for people', async () => {
    const lines = viewPlan(tables).tables.flatMap(formatTablePlan).map(stripVTControlCharacters);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('plan-view.snapshot.txt');
  });

  it('for programs', async () => {
    const json = JSON.stringify(viewPlan(tables), undefined, 2);
    await expect(`${json}\n`).toMatchFileSnapshot('plan-view.snapshot.json');
  });
});
