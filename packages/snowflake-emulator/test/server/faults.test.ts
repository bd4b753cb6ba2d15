import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Emulator, FaultInput } from '../../src/index.ts';
import { connect, failureOf, type DriverSession } from './driver.ts';
import { startTestEmulator } from './test-emulator.ts';
import { logInForToken, send, sendQuery } from './wire.ts';

let emulator: Emulator;
let session: DriverSession;
const content = '0123456789'.repeat(10_000);
const generate = 'SELECT SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 5000))';

beforeAll(async () => {
  emulator = await startTestEmulator({ results: { inlineRows: 0, chunkRows: 2000 } });
  session = await connect(emulator);
  await mkdir(emulator.engine.stageRoot, { recursive: true });
  await writeFile(path.join(emulator.engine.stageRoot, 'file'), content);
});
afterEach(() => {
  emulator.faults.clear();
  emulator.stats.reset();
});
afterAll(async () => {
  await session.close();
  await emulator.close();
});

const fileUrl = () => emulator.engine.presign('file', 60);
const readFile = async (url = fileUrl()) => Buffer.from(await (await fetch(url)).arrayBuffer());
/** The bytes of a body as they travel, still compressed. */
const rawBody = (url: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    get(url, (response) => resolve(buffer(response))).on('error', reject);
  });
const set = (fault: FaultInput) => emulator.faults.add(fault);

describe('a fault of a statement', () => {
  it('makes it fail as told, without running it', async () => {
    const match = { sqlMatches: '^select .* as unlucky' };
    set({
      kind: 'fail-statement',
      code: '000606',
      sqlState: '57P03',
      message: 'No warehouse',
      match,
    });
    const error = await failureOf(session.query('SELECT 1 AS UNLUCKY'));
    expect(error).toMatchObject({ code: '000606', sqlState: '57P03', message: 'No warehouse' });
    expect((await session.query('SELECT 1 AS UNLUCKY')).rows).toHaveLength(1);
  });
});

describe('expired-result', () => {
  it('is the answer for one query id from then on, and no other', async () => {
    const token = await logInForToken(emulator);
    const queries = [
      await sendQuery(emulator, token, { sqlText: generate }),
      await sendQuery(emulator, token, { sqlText: generate }),
    ];
    const [gone, kept] = queries.map(({ data }) => data.queryId as string);
    set({ kind: 'expired-result', match: { endpoint: 'result' } });
    const ask = (id = '') => send(emulator, `/queries/${id}/result`, { token });
    for (let time = 1; time <= 2; time += 1) {
      expect(await ask(gone)).toMatchObject({
        success: false,
        code: '000710',
        message: `Result for query ${gone} has expired`,
      });
    }
    expect(await ask(kept)).toMatchObject({ success: true });
  });
});

describe('late-commit', () => {
  const now = async (): Promise<string> => {
    const utc = `CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ`;
    const sql = `SELECT TO_VARCHAR(${utc}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9')`;
    return `'${Object.values((await session.query(sql)).rows[0] ?? {}).join()}+00:00'::TIMESTAMP_LTZ`;
  };
  const ids = async (relation: string): Promise<unknown[]> =>
    (await session.query(`SELECT ID FROM ${relation} ORDER BY ID`)).rows.map(({ ID }) => ID);

  it.each(['INSERT', 'COMMIT'])(
    'what %s commits is stamped at once, and seen later, by whatever reads',
    async (statement) => {
      await session.query('CREATE OR REPLACE TABLE LATE (ID INT) CHANGE_TRACKING = TRUE');
      await session.query('INSERT INTO LATE VALUES (1)');
      const before = await now();
      set({ kind: 'late-commit', ms: 3000, match: { sqlMatches: `^${statement}` } });
      await using writer = await connect(emulator);
      let seen = false;
      const writing = (async () => {
        if (statement === 'COMMIT') await writer.query('BEGIN');
        await writer.query('INSERT INTO LATE VALUES (2)');
        if (statement === 'COMMIT') await writer.query('COMMIT');
        seen = true;
      })();
      await vi.waitUntil(() => emulator.faults.list().some(({ strikes }) => strikes > 0));
      await sleep(100);
      const between = await now();
      // A commit of somebody else that is seen at once does not bring the other to light.
      await session.query('CREATE OR REPLACE TABLE OTHER_TABLE AS SELECT 1 AS ID');
      const window = `LATE CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => ${before}) END(TIMESTAMP => ${between})`;
      expect(await ids('LATE')).toEqual([1]);
      expect(await ids(`LATE AT(TIMESTAMP => ${between})`)).toEqual([1]);
      expect(await ids(window)).toEqual([]);
      expect(seen).toBe(false);
      await writing;
      expect(await ids('LATE')).toEqual([1, 2]);
      expect(await ids(`LATE AT(TIMESTAMP => ${before})`)).toEqual([1]);
      expect(await ids(`LATE AT(TIMESTAMP => ${between})`)).toEqual([1, 2]);
      expect(await ids(window)).toEqual([2]);
    },
  );
});

describe('a fault of the connection', () => {
  it('lost-reply: the driver repeats the request and gets the reply of the first run', async () => {
    set({ kind: 'lost-reply', match: { endpoint: 'query' } });
    expect((await session.query('SELECT 1 AS ONCE')).rows).toHaveLength(1);
    expect(emulator.stats.requests.query).toBe(2);
    expect(emulator.stats.statements).toHaveLength(1);
  });

  it('drop: the request is never worked on', async () => {
    const fault = set({ kind: 'drop', match: { endpoint: 'query', sqlIncludes: 'DROPPED' } });
    expect((await session.query("SELECT 'DROPPED' AS T")).rows).toHaveLength(1);
    expect(fault.strikes).toBe(1);
    expect(emulator.stats.statements).toHaveLength(1);
  });

  it('drop after n bytes: so many bytes of the body arrive, and then none', async () => {
    set({ kind: 'drop', afterBytes: 12_345, match: { endpoint: 'stage-file' } });
    const response = await fetch(fileUrl());
    expect(response.headers.get('content-length')).toBe(String(content.length));
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of response.body ?? []) bytes += chunk.length;
    })();
    await expect(reading).rejects.toThrow();
    expect(bytes).toBe(12_345);
  });

  it('delay: the request waits', async () => {
    set({ kind: 'delay', ms: 300, match: { endpoint: 'stage-file' } });
    const start = performance.now();
    await readFile();
    expect(performance.now() - start).toBeGreaterThan(290);
  });

  it('http-status: 503 to one chunk, and the driver asks for it again', async () => {
    set({ kind: 'http-status', match: { endpoint: 'chunk' } });
    expect((await session.query(generate)).rows).toHaveLength(5000);
    expect(emulator.stats.requests.chunk).toBe(4);
  });
});

describe('a fault of credentials', () => {
  it('expired-session: the driver renews its token and repeats the statement', async () => {
    set({ kind: 'expired-session', match: { endpoint: 'query' } });
    expect((await session.query('SELECT 1 AS ONE')).rows).toHaveLength(1);
    expect(emulator.stats.requests).toMatchObject({ query: 2, token: 1 });
    expect(emulator.stats.statements).toHaveLength(1);
  });

  it('expired-url: that URL stays dead, and a new one works', async () => {
    set({ kind: 'expired-url', match: { endpoint: 'stage-file' } });
    const url = fileUrl();
    for (const _ of [1, 2]) expect((await fetch(url)).status).toBe(403);
    expect((await readFile()).length).toBe(content.length);
  });
});

describe('a fault of the bytes', () => {
  it('truncate: the body ends early and the response is whole', async () => {
    set({ kind: 'truncate', bytes: 100, match: { endpoint: 'stage-file' } });
    expect((await readFile()).toString()).toBe(content.slice(0, 100));
  });

  // The driver takes what it could inflate of a cut gzip for the whole chunk, and its stream then
  // goes silent: who reads results has to compare counts and to keep a watchdog.
  it('truncate: a chunk that is cut is half a gzip', async () => {
    const token = await logInForToken(emulator);
    const { data } = await sendQuery(emulator, token, { sqlText: generate });
    const [chunk] = data.chunks as { url: string; compressedSize: number }[];
    set({ kind: 'truncate', match: { endpoint: 'chunk', sqlIncludes: 'GENERATOR' } });
    const bytes = await rawBody(String(chunk?.url));
    expect(bytes.length).toBe(Math.floor(Number(chunk?.compressedSize) / 2));
    expect(() => gunzipSync(bytes)).toThrow('unexpected end of file');
  });

  it('drop in the middle of a chunk: the driver asks for it again', async () => {
    set({ kind: 'drop', afterBytes: 100, match: { endpoint: 'chunk' } });
    expect((await session.query(generate)).rows).toHaveLength(5000);
    expect(emulator.stats.requests.chunk).toBe(4);
  });

  it('corrupt: the length stays, and eight bytes are others', async () => {
    set({ kind: 'corrupt', at: 70_000, match: { endpoint: 'stage-file' } });
    const bytes = await readFile();
    const wrong = [...bytes].flatMap((byte, index) =>
      byte === content.charCodeAt(index) ? [] : [index],
    );
    expect(wrong).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((offset) => 70_000 + offset));
    expect(bytes.length).toBe(content.length);
  });
});

describe('when a fault strikes', () => {
  const failing = { kind: 'http-status', match: { endpoint: 'stage-file' } } as const;
  const statuses = async (count: number) => {
    const found: number[] = [];
    for (let n = 0; n < count; n += 1) found.push((await fetch(fileUrl())).status);
    return found;
  };

  it('once by default, and after those it lets pass', async () => {
    const fault = set({ ...failing, after: 2, status: 500 });
    expect(await statuses(4)).toEqual([200, 200, 500, 200]);
    expect(fault).toMatchObject({ matches: 4, strikes: 1 });
  });

  it('by chance, without limit', async () => {
    const fault = set({ ...failing, probability: 0.5 });
    const struck = (await statuses(60)).filter((status) => status === 503).length;
    expect(struck).toBe(fault.strikes);
    expect(struck).toBeGreaterThan(5);
    expect(struck).toBeLessThan(55);
  });

  it('only where the URL has a part', async () => {
    set({ ...failing, match: { urlIncludes: 'another' } });
    expect(await statuses(1)).toEqual([200]);
  });
});

describe('faults over HTTP', () => {
  it('are set, listed and lifted', async () => {
    const body = { kind: 'delay', ms: 1, match: { endpoint: 'login' }, times: 3 };
    const { id } = (await send(emulator, '/faults', { body })) as unknown as { id: number };
    set({ kind: 'drop', match: { endpoint: 'login' } });
    expect(await send(emulator, '/faults')).toMatchObject({ 0: { id, fault: body }, 1: {} });
    await send(emulator, `/faults/${id}`, { method: 'DELETE' });
    expect(emulator.faults.list()).toHaveLength(1);
    await send(emulator, '/faults', { method: 'DELETE' });
    expect(emulator.faults.list()).toHaveLength(0);
  });

  it('that make no sense are refused with 400 and the reason', async () => {
    for (const body of [
      { kind: 'earthquake' },
      { kind: 'delay' },
      { kind: 'drop', match: { sql: 'x' } },
    ]) {
      expect((await send(emulator, '/faults', { body })).status, JSON.stringify(body)).toBe(400);
    }
    expect(emulator.faults.list()).toHaveLength(0);
  });

  it('statistics too', async () => {
    await session.query('SELECT 1 AS ONE');
    const stats = (await send(emulator, '/stats')) as unknown as Emulator['stats'];
    expect(stats).toMatchObject({
      requests: { query: 1 },
      statements: [{ sql: 'SELECT 1 AS ONE' }],
    });
    await send(emulator, '/stats', { method: 'DELETE' });
    expect(emulator.stats.statements).toEqual([]);
  });
});
