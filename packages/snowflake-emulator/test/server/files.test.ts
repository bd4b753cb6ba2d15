import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect, type DriverSession } from './driver.ts';
import { startTestEmulator } from './test-emulator.ts';
import { logInForToken, sendQuery } from './wire.ts';

let emulator: Emulator;
let session: DriverSession;
let local: string;
const content = 'line one\nline two\n'.repeat(1000);
const stagedName = 'dir/some file é%.txt';

beforeAll(async () => {
  emulator = await startTestEmulator();
  session = await connect(emulator);
  local = await mkdtemp(path.join(tmpdir(), 'local-files-'));
  const file = path.join(emulator.engine.stageRoot, stagedName);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
});
afterAll(async () => {
  await session.close();
  await emulator.close();
  await rm(local, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers });

describe('a presigned URL of a staged file', () => {
  it('gives the file, whatever characters its name has, and counts the read', async () => {
    const response = await get(emulator.engine.presign(stagedName, 60));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(content.length));
    expect(await response.text()).toBe(content);
    expect(emulator.stats.fileReads.get(stagedName)).toBe(1);
  });

  it.each([
    ['bytes=0-4', 206, content.slice(0, 5), `bytes 0-4/${content.length}`],
    ['bytes=17990-', 206, content.slice(17_990), `bytes 17990-17999/${content.length}`],
    ['bytes=-5', 206, content.slice(-5), `bytes 17995-17999/${content.length}`],
    ['bytes=10-999999', 206, content.slice(10), `bytes 10-17999/${content.length}`],
    ['lines=1-2', 200, content, null],
  ])('answers the range %s', async (range, status, text, contentRange) => {
    const response = await get(emulator.engine.presign(stagedName, 60), { range });
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
    expect(response.headers.get('content-range')).toBe(contentRange);
  });

  it('refuses a range beyond the end with 416', async () => {
    const url = emulator.engine.presign(stagedName, 60);
    const response = await get(url, { range: `bytes=${content.length}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${content.length}`);
  });

  it('answers HEAD with the size alone', async () => {
    const response = await fetch(emulator.engine.presign(stagedName, 60), { method: 'HEAD' });
    expect(response.headers.get('content-length')).toBe(String(content.length));
    expect(await response.text()).toBe('');
  });

  it('stops working when it expires', async () => {
    const url = emulator.engine.presign(stagedName, 0.05);
    await new Promise((resolve) => setTimeout(resolve, 80));
    const response = await get(url);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Request has expired');
  });

  it('gives an empty file, and 404 for none', async () => {
    await writeFile(path.join(emulator.engine.stageRoot, 'empty'), '');
    const empty = await get(emulator.engine.presign('empty', 60));
    expect([empty.status, await empty.text()]).toEqual([200, '']);
    expect((await get(emulator.engine.presign('none', 60))).status).toBe(404);
    expect((await get(emulator.engine.presign('dir', 60))).status).toBe(404);
  });

  it('never leads out of the stage root, even when signed', async () => {
    for (const outside of ['../secret', 'dir/../../secret', '..%2fsecret', '/etc/hostname', '']) {
      const response = await get(emulator.engine.presign(outside, 60));
      expect([403, 404], outside).toContain(response.status);
    }
  });

  it('needs its signature', async () => {
    expect((await get(`${emulator.accessUrl}/stage/empty`)).status).toBe(403);
  });
});

describe('GET_PRESIGNED_URL', () => {
  it('gives a URL by which an unloaded file is read', async () => {
    await session.query("CREATE OR REPLACE STAGE U ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')");
    const format = 'FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)';
    await session.query(`COPY INTO @U/one.csv FROM (SELECT 7 AS N) SINGLE = TRUE ${format}`);
    const { rows } = await session.query("SELECT GET_PRESIGNED_URL(@U, 'one.csv', 60) AS URL");
    const url = String(rows[0]?.['URL']);
    expect(url.startsWith(emulator.accessUrl)).toBe(true);
    expect(await (await get(url)).text()).toBe('7\n');
  });
});

describe('PUT and GET by the driver', () => {
  it('move a file to a stage and back', async () => {
    const file = path.join(local, 'numbers.csv');
    await writeFile(file, content);
    await session.query('CREATE OR REPLACE STAGE S');
    const { rows } = await session.query(`PUT file://${file} @S AUTO_COMPRESS = FALSE`);
    expect(rows).toMatchObject([{ source: 'numbers.csv', status: 'UPLOADED' }]);
    const target = path.join(local, 'back');
    await mkdir(target);
    const down = await session.query(`GET @S/numbers.csv file://${target}`);
    expect(down.rows).toMatchObject([{ file: 'numbers.csv', status: 'DOWNLOADED' }]);
    expect(await readFile(path.join(target, 'numbers.csv'), 'utf8')).toBe(content);
  });

  it('need the token of the transfer', async () => {
    const url = `${emulator.accessUrl}/storage/stages/empty`;
    expect((await get(url)).status).toBe(401);
    expect((await get(url, { authorization: 'Bearer made-up' })).status).toBe(401);
    const put = await fetch(url, { method: 'PUT', body: 'x' });
    expect(put.status).toBe(401);
  });

  it('are repeated by the driver when an upload fails', async () => {
    const file = path.join(local, 'unlucky.csv');
    await writeFile(file, content);
    await session.query('CREATE OR REPLACE STAGE S');
    emulator.stats.reset();
    emulator.faults.add({ kind: 'http-status', status: 500, match: { endpoint: 'stage-upload' } });
    await session.query(`PUT file://${file} @S AUTO_COMPRESS = FALSE OVERWRITE = TRUE`);
    expect(emulator.stats.requests['stage-upload']).toBe(2);
  });

  it('are answered with 500, never with success, when the file can not be written', async () => {
    const token = await logInForToken(emulator);
    await session.query('CREATE OR REPLACE STAGE S');
    const sqlText = `PUT file://${path.join(local, 'numbers.csv')} @S AUTO_COMPRESS = FALSE`;
    const { endPoint, location, creds } = (await sendQuery(emulator, token, { sqlText })).data
      .stageInfo;
    const blocked = path.join(emulator.engine.stageRoot, location.replace('stages/', ''), 'x');
    await mkdir(path.join(blocked, 'in the way'), { recursive: true });
    const response = await fetch(`${endPoint}/${location}x`, {
      method: 'PUT',
      body: content,
      headers: { authorization: `Bearer ${creds.GCS_ACCESS_TOKEN}` },
    });
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('<Code>InternalError</Code>');
  });
});
