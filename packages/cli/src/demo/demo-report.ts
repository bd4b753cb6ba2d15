import type { RunReport } from '@snowmelt/core';
import type { Demo } from '@snowmelt/demo';
import { bold, dim } from 'ansis';

import { formatBytes, formatDuration, formatRows } from '../show/quantities.ts';

/** What `snowmelt demo --json` prints. Its names are those of the demo's issue, not of the code. */
export interface DemoView {
  readonly tables: readonly {
    readonly table: string;
    readonly source_rows: number;
    readonly target_rows: number;
    /** Of canonical CSV. */
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

export function viewDemo(report: RunReport): DemoView {
  const tables = report.tables.map((table) => ({
    table: table.target.name,
    source_rows: table.sourceRows ?? 0,
    target_rows: table.targetRows ?? 0,
    bytes: table.bytes,
    seconds: table.seconds,
    chunks: table.chunks,
    extract: table.extract ?? '',
    verified: table.verified,
  }));
  const { rows, bytes, seconds } = report;
  return { tables, totals: { tables: tables.length, rows, bytes, seconds } };
}

/** How fast it was, and how to look at what arrived. */
export function formatDemoEnd(report: RunReport, demo: Demo, kept: boolean): readonly string[] {
  const rate = `${formatRows(Math.round(report.rows / report.seconds))} rows/s`;
  const speed = `${formatRows(report.rows)} rows (${formatBytes(report.bytes)}) in ${formatDuration(report.seconds)}: ${rate}, comparison included.`;
  const look = kept
    ? ['Look at it:', bold(`  psql '${demo.databaseUrl}' -c 'SELECT * FROM vega.movies LIMIT 5'`)]
    : [dim('To look at the rows, keep the servers: npm run demo -- --keep')];
  return ['', speed, ...look];
}
