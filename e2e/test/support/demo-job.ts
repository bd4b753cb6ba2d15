import type { TableJob } from '@snowmelt/core';

export interface DemoTable {
  readonly databaseUrl: string;
  /** In VEGA.PUBLIC; the target has its name in small letters. */
  readonly table: string;
  readonly targetSchema: string;
}

/** A table of the emulator on its way, for tests that call the engine itself. */
export function demoJob(
  { databaseUrl, table, targetSchema }: DemoTable,
  parts: Pick<TableJob, 'mode' | 'read'> & Partial<TableJob>,
): TableJob {
  const database = new URL(databaseUrl).pathname.slice(1);
  return {
    key: table,
    sourceName: 'e2e',
    source: { database: 'VEGA', schema: 'PUBLIC', name: table },
    target: { database, schema: targetSchema, name: table.toLowerCase() },
    uniqueness: [],
    columns: { exclude: [], mapping: {} },
    parallelThreads: 2,
    maxRetryAttempts: 2,
    schemaEvolution: 'create',
    emptiesOthers: false,
    snapshot: 'required',
    verify: 'digest',
    hash: table,
    notices: [],
    ...parts,
  };
}
