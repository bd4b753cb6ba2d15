import type { ChunkPlan, RunRequest, StatusStore, TableRequest } from '@snowmelt/core';
import type { TestDatabase } from '@snowmelt/testkit/test-database';
import { Client, type QueryResultRow } from 'pg';

import { createPostgresStatusStore, type PostgresStatusOptions } from '../../src/index.ts';

export type StoreSettings = Omit<PostgresStatusOptions, 'connection'>;

export function openStore(database: TestDatabase, settings: StoreSettings = {}): StatusStore {
  return createPostgresStatusStore({ connection: { url: database.url }, ...settings });
}

export async function query<Row extends QueryResultRow>(
  database: { readonly url: string },
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const result =
      values.length > 0 ? await client.query<Row>(sql, values) : await client.query(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}

export function table(name: string, changes: Partial<TableRequest> = {}): TableRequest {
  return {
    key: `s/${name}`,
    sourceName: 's',
    source: { database: 'SRC', schema: 'PUBLIC', name: name.toUpperCase() },
    target: { database: 'dst', schema: 'public', name },
    hash: `hash of ${name}`,
    ...changes,
  };
}

export function request(changes: Partial<RunRequest> = {}): RunRequest {
  return {
    configHash: 'config',
    executionHash: 'execution',
    sourceNames: ['s'],
    tables: [table('a')],
    owner: 'host/1',
    resume: { mode: 'auto', maxAgeHours: 168 },
    ...changes,
  };
}

export function loads(count: number, prefix = 'c'): ChunkPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${prefix}${String(index).padStart(6, '0')}`,
    kind: 'load' as const,
    range: { index },
    spec: { where: `n = ${index}` },
    expectedRows: 10,
  }));
}
