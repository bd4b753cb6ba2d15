import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect } from './driver.ts';
import { startTestEmulator } from './test-emulator.ts';
import { logInForToken, send, sendQuery } from './wire.ts';

const generate = (rows: number): string =>
  `SELECT SEQ4() AS N, 'row ' || SEQ4() AS T FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`;

interface Chunk {
  readonly url: string;
  readonly rowCount: number;
  readonly uncompressedSize: number;
  readonly compressedSize: number;
}

async function resultOf(emulator: Emulator, sqlText: string) {
  const token = await logInForToken(emulator);
  const { data } = await sendQuery(emulator, token, { sqlText });
  return { token, data, chunks: data.chunks as Chunk[] };
}

describe('a result in chunks', () => {
  it.each([
    ['with rows in the reply', { inlineRows: 10, chunkRows: 97 }],
    ['without rows in the reply', { inlineRows: 0, chunkRows: 1000 }],
    ['cut by bytes', { inlineRows: 10, firstChunkBytes: 500, chunkBytes: 20_000 }],
    ['cut as by default', {}],
  ])('reaches the driver whole and in order, %s', async (_name, results) => {
    await using emulator = await startTestEmulator({ results });
    await using session = await connect(emulator);
    const { rows, statement } = await session.query(generate(20_000));
    expect(statement.getNumRows()).toBe(20_000);
    expect(rows.map((row) => Number(row['N']))).toEqual(
      Array.from({ length: 20_000 }, (_, n) => n),
    );
    expect(rows[19_999]).toMatchObject({ T: 'row 19999' });
    expect(emulator.stats.requests.chunk).toBeGreaterThan(1);
  });

  it('says truly how large its chunks are, and lets them grow', async () => {
    const results = { inlineRows: 100, firstChunkBytes: 10_000, chunkBytes: 80_000 };
    await using emulator = await startTestEmulator({ results });
    const { data, chunks } = await resultOf(emulator, generate(30_000));
    expect(data.rowset).toHaveLength(100);
    let rows = 100;
    for (const chunk of chunks) {
      const response = await fetch(chunk.url, { headers: { 'accept-encoding': 'gzip' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(Number(response.headers.get('content-length'))).toBe(chunk.compressedSize);
      const text = await response.text();
      expect(Buffer.byteLength(text)).toBe(chunk.uncompressedSize);
      expect(JSON.parse(`[${text}]`)).toHaveLength(chunk.rowCount);
      rows += chunk.rowCount;
    }
    expect(rows).toBe(30_000);
    const [first, second] = chunks.map((chunk) => chunk.uncompressedSize);
    expect(second).toBeGreaterThan(Number(first));
    expect(Math.max(...chunks.map((chunk) => chunk.uncompressedSize))).toBeLessThan(80_000 * 2);
  });

  it('is kept within CLIENT_RESULT_CHUNK_SIZE', async () => {
    await using emulator = await startTestEmulator({ results: { firstChunkBytes: 8 * 2 ** 20 } });
    await using session = await connect(emulator);
    await session.query('ALTER SESSION SET CLIENT_RESULT_CHUNK_SIZE = 1');
    const { statement } = await session.query(generate(200_000));
    expect(statement.getNumRows()).toBe(200_000);
    expect(emulator.stats.requests.chunk).toBeGreaterThan(3);
  });
});

describe('the URL of a chunk', () => {
  const results = { inlineRows: 0, chunkRows: 500, urlSeconds: 0.3 };

  it('expires, and the result asked for again has one that works', async () => {
    await using emulator = await startTestEmulator({ results });
    const { token, data, chunks } = await resultOf(emulator, generate(1000));
    const url = String(chunks[0]?.url);
    expect((await fetch(url)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 350));
    const expired = await fetch(url);
    expect(expired.status).toBe(403);
    expect(expired.headers.get('content-type')).toContain('application/xml');
    expect(await expired.text()).toContain('<Code>AccessDenied</Code>');
    const again = await send(emulator, `/queries/${data.queryId}/result`, { token });
    expect((await fetch(again.data.chunks[0].url)).status).toBe(200);
    expect(emulator.stats.statements).toHaveLength(1);
  });

  it('is refused when anything of it is changed', async () => {
    await using emulator = await startTestEmulator({ results: { ...results, urlSeconds: 60 } });
    const { chunks } = await resultOf(emulator, generate(1000));
    const url = String(chunks[0]?.url);
    const forgeries = [
      url.replace('/0?', '/1?'),
      url.replace(/expires=\d+/, 'expires=99999999999999'),
      url.replace(/signature=../, 'signature=00'),
      url.replace(/\?.*/, ''),
    ];
    for (const forgery of forgeries) expect((await fetch(forgery)).status, forgery).toBe(403);
  });
});

it('leaves no spooled file behind', async () => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'spools-'));
  vi.stubEnv('TMPDIR', scratch);
  const emulator = await startTestEmulator({ results: { inlineRows: 0 } });
  await resultOf(emulator, generate(10));
  expect(await readdir(scratch)).not.toEqual([]);
  await emulator.close();
  expect(await readdir(scratch)).toEqual([]);
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true });
});
