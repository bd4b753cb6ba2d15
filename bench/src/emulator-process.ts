// An emulator with a table in it, in a process of its own, until its parent lets go of it.
import { randomUUID } from 'node:crypto';

import type * as Entry from '@snowmelt/snowflake-emulator';

import { mark, type QueryServer, type QueryTable } from './query-server.ts';

const { rows, chunkMib, emulator: entry } = JSON.parse(process.argv[2] ?? '') as QueryTable;
const { startEmulator } = (await import(entry)) as typeof Entry;
const chunkBytes = chunkMib * 1024 * 1024;
const user = 'BENCH';
const password = 'only for benchmarks';
const emulator = await startEmulator({
  users: [{ name: user, password }],
  results: { firstChunkBytes: chunkBytes, chunkBytes, anyChunkSize: true },
});
const session = await emulator.engine.openSession({ user });
const statements = [
  'CREATE DATABASE BENCH',
  `CREATE TABLE BENCH.PUBLIC.ORDERS AS
   SELECT I AS ID, MOD(I * 7919, 1000000) AS CUSTOMER_ID,
     (MOD(I * 31, 100000) / 100)::NUMBER(12,2) AS AMOUNT, (MOD(I * 17, 99999) / 1000)::NUMBER(12,4) AS TAX,
     MOD(I, 500) AS QUANTITY, (I / 7)::FLOAT AS SCORE, MOD(I, 2) = 0 AS ACTIVE,
     DATEADD(day, MOD(I, 5000), '2010-01-01'::DATE) AS DAY,
     DATEADD(second, I, '2020-01-01'::TIMESTAMP_NTZ)::TIMESTAMP_NTZ(6) AS CREATED_AT,
     DATEADD(second, I, '2020-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ)::TIMESTAMP_LTZ(6) AS UPDATED_AT,
     'C' || MOD(I, 90) AS COUNTRY, 'Zürich ' || MOD(I, 8) AS CITY,
     'user' || MOD(I * 7919, 1000000) || '@example.com' AS EMAIL,
     'order ' || I || ', with a "quoted" word and a comma' AS NOTE,
     'REF-' || I AS REFERENCE, IFF(MOD(I, 3) = 0, NULL, 'opt ' || MOD(I, 97)) AS OPTIONAL
   FROM (SELECT SEQ8() AS I FROM TABLE(GENERATOR(ROWCOUNT => ${rows})))`,
];
const run = async (sql: string): Promise<void> => {
  const request = { queryId: randomUUID(), sql };
  const { batches } = await session.execute(request, new AbortController().signal);
  await Array.fromAsync(batches);
};
// Earlier emulators have no warehouses to make.
await run('CREATE WAREHOUSE BENCH_WH').catch(() => undefined);
for (const sql of statements) await run(sql);
await session.close();

const { account, accessUrl } = emulator;
const server: QueryServer = {
  account,
  user,
  password,
  access_url: accessUrl,
  warehouse: 'BENCH_WH',
};
console.log(`${mark}${JSON.stringify(server)}`);
process.stdin.resume();
process.stdin.on('end', () => void emulator.close().then(() => process.exit(0)));
