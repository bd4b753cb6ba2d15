import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import snowflake from 'snowflake-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startEmulator } from '../../src/start-emulator.ts';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
let connection: snowflake.Connection;
let directory: string;

type Row = Readonly<Record<string, unknown>>;

function run(sqlText: string): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
    });
  });
}

beforeAll(async () => {
  process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
  snowflake.configure({ logLevel: 'OFF' });
  directory = await mkdtemp(join(tmpdir(), 'stages-driver-'));
  emulator = await startEmulator({ users: [{ name: 'U', password: 'p' }], databases: ['D'] });
  const options = { account: emulator.account, accessUrl: emulator.accessUrl };
  connection = snowflake.createConnection({ ...options, username: 'U', password: 'p' });
  await connection.connectAsync();
  await run('USE SCHEMA d.public');
  await run(`CREATE STAGE st ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`);
  await run('CREATE TABLE t (a INTEGER, b VARCHAR)');
});

afterAll(async () => {
  await new Promise((resolve) => connection.destroy(resolve));
  await emulator.close();
  await rm(directory, { recursive: true, force: true });
});

test('the driver puts a file, the engine loads it, unloads it, and the driver gets it', async () => {
  const file = join(directory, 'a.csv');
  await writeFile(file, '1,x\n2,y\n');
  expect(await run(`PUT 'file://${file}' @st/in/ AUTO_COMPRESS = FALSE OVERWRITE = TRUE`)).toEqual([
    expect.objectContaining({ source: 'a.csv', target: 'a.csv', status: 'UPLOADED' }),
  ]);
  expect(await run('LIST @st')).toEqual([
    expect.objectContaining({ name: 'st/in/a.csv', size: 8 }),
  ]);
  await run('COPY INTO t FROM @st/in/');
  expect(await run('SELECT * FROM t ORDER BY a')).toEqual([
    { A: 1, B: 'x' },
    { A: 2, B: 'y' },
  ]);
  await run('COPY INTO @st/out/ FROM t');
  const [got] = await run(`GET @st/out/ 'file://${directory}/'`);
  expect(got).toMatchObject({ status: 'DOWNLOADED' });
  const bytes = await readFile(join(directory, 'data_0_0_0.csv.gz'));
  expect(gunzipSync(bytes).toString()).toBe('1,x\n2,y\n');
});

test('a presigned URL delivers the unloaded bytes over HTTP, names with odd characters too', async () => {
  await run(`COPY INTO '@st/a b/%41/é/x' FROM (SELECT 1) SINGLE = TRUE
    FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)`);
  const [row] = await run(`SELECT GET_PRESIGNED_URL(@st, 'a b/%41/é/x', 60) AS u`);
  const reply = await fetch(String(row?.['U']));
  expect(reply.status).toBe(200);
  expect(await reply.text()).toBe('1\n');
  const [none] = await run(`SELECT GET_PRESIGNED_URL(@st, 'none') AS u`);
  expect((await fetch(String(none?.['U']))).status).toBe(404);
});

test('a missing stage reaches the driver as 002003', async () => {
  await expect(run('LIST @nowhere')).rejects.toMatchObject({ code: '002003', sqlState: '02000' });
});
