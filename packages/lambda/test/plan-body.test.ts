import { planRun, systemClock, type TableJob, type WorkContext } from '@snowmelt/core';
import {
  MemoryDatabase,
  memorySource,
  memoryStatusStore,
  memoryTarget,
  MemoryWarehouse,
} from '@snowmelt/testkit/memory';
import { expect, it } from 'vitest';

import { planBodySchema } from '../src/answer.ts';
import { planBody } from '../src/distributed-actions.ts';

/** What a state of AWS Step Functions may hold. */
const mostBytes = 256 * 1024;
const chunks = 100_000;

it('100,000 chunks are planned in an answer that a state machine can hold', async () => {
  const ref = { database: 'SRC', schema: 'PUBLIC', name: 'BIG' };
  const id = {
    name: 'ID',
    type: { kind: 'text' },
    nativeType: 'VARCHAR',
    nullable: true,
    hasDefault: false,
    generated: false,
  } as const;
  const rows = Array.from({ length: chunks }, (_, n) => [String(n)]);
  const warehouse = new MemoryWarehouse([{ ref, columns: [id], rows }]);
  const job: TableJob = {
    key: `a/${'SRC.PUBLIC.BIG'.repeat(4)}`,
    sourceName: 'a',
    source: ref,
    target: { database: 'pg', schema: 'public', name: 'big' },
    mode: 'truncate',
    uniqueness: [],
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 1 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: 4,
    maxRetryAttempts: 3,
    schemaEvolution: 'create',
    emptiesOthers: false,
    snapshot: 'auto',
    verify: 'off',
    hash: 'h',
    notices: [],
  };
  const adapters = {
    source: memorySource({ warehouse }),
    target: memoryTarget({ database: new MemoryDatabase() }),
    status: memoryStatusStore(),
  };
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const context: WorkContext = { log, signal: new AbortController().signal, clock: systemClock };
  const planned = await planRun(
    {
      jobs: [job],
      configHash: 'c',
      executionHash: 'e',
      resume: { mode: 'never' },
      parallelThreads: 4,
      snapshotDelay: 0,
      holdSeconds: 60,
      chunksPerBatch: 20,
    },
    adapters,
    context,
  );
  const body = planBodySchema.parse(planBody(planned, 9, []));
  expect(body.chunks).toBe(chunks);
  expect(body.batches.reduce((sum, batch) => sum + batch.chunks, 0)).toBeGreaterThanOrEqual(chunks);
  expect(Buffer.byteLength(JSON.stringify({ statusCode: 200, body }))).toBeLessThan(mostBytes);
}, 60_000);
