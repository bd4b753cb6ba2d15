import { describe, expect, it } from 'vitest';

import { snowmelt } from './support/snowmelt.ts';

interface DemoReport {
  readonly tables: readonly {
    readonly table: string;
    readonly source_rows: number;
    readonly target_rows: number;
    readonly bytes: number;
    readonly seconds: number;
    readonly chunks: number;
    readonly extract: string;
    readonly verified: boolean;
  }[];
  readonly totals: {
    readonly tables: number;
    readonly rows: number;
    readonly bytes: number;
    readonly seconds: number;
  };
}

describe('the demo', () => {
  it('moves and verifies at least ten real tables and three million rows, by both ways', async () => {
    const { code, stdout, stderr } = await snowmelt(['demo', '--json']);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as DemoReport;
    expect(report.tables.length).toBeGreaterThanOrEqual(10);
    expect(report.totals.rows).toBeGreaterThanOrEqual(3_000_000);
    expect(report.totals.tables).toBe(report.tables.length);
    for (const table of report.tables) {
      expect(table.target_rows, table.table).toBe(table.source_rows);
      expect(table.verified, table.table).toBe(true);
      expect(table.chunks, table.table).toBeGreaterThan(0);
    }
    expect(new Set(report.tables.map(({ extract }) => extract))).toEqual(
      new Set(['unload', 'query']),
    );
  }, 600_000);
});
