import { request } from 'node:http';

import type { StatusStore } from '@snowmelt/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startUi, type Ui, type UiOptions } from '../src/index.ts';
import { runWord } from '../src/page/run-word.ts';

const never = () => Promise.reject(new Error('secret of a defect'));

const status = {
  observes: {
    activity: never,
    activityOf: never,
    latest: never,
    throughput: never,
    chunkMap: never,
  },
  runs: async () => [],
} as unknown as StatusStore;

const options: UiOptions = {
  status,
  diagnose: async () => ({ runs: [], troubles: [] }),
  actions: {
    resume: [process.execPath, '-e', 'console.log("went on"); process.exitCode = 3'],
    repair: [process.execPath, '-e', 'setInterval(() => undefined, 1000)'],
  },
  host: '127.0.0.1',
  port: 0,
  allowedHosts: ['snow.example'],
};

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** `fetch` sets Host by itself. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, method }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('what became of a run, in one word', () => {
  it.each([
    [{ status: 'partial', life: 'ended', limit: 100 }, 'limited'],
    [{ status: 'failed', life: 'ended', limit: 100 }, 'failed'],
    [{ status: 'running', life: 'ended', limit: 100 }, 'dead'],
    [{ status: 'partial', life: 'open' }, 'stopped'],
    [{ status: 'partial', life: 'ended' }, 'partial'],
    [{ status: 'running', life: 'live' }, 'running'],
  ])('%j is %s', (run, word) => expect(runWord(run)).toBe(word));
});

describe('the server of the page', () => {
  let ui: Ui;
  beforeAll(async () => {
    ui = await startUi(options);
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  const bearer = () => ({ authorization: `Bearer ${ui.token}` });

  it('answers to its own names only: a name that was led here learns nothing', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '10.0.0.1']) {
      expect(await get(`${ui.url}api/runs`, { host })).toMatchObject({ status: 421 });
    }
    for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1', '[::1]:1', 'snow.example']) {
      expect(await get(`${ui.url}api/runs`, { host })).toMatchObject({
        status: 200,
        body: '{"runs":[]}',
      });
    }
  });

  it('a page of another origin is refused', async () => {
    const origin = 'http://evil.example';
    expect(await get(`${ui.url}api/runs`, { origin })).toMatchObject({ status: 403 });
    expect(await get(`${ui.url}api/runs`, { origin: 'null' })).toMatchObject({ status: 403 });
  });

  it('says that nothing else may be loaded, and that nobody may frame it', async () => {
    const page = await get(ui.url);
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none';.*frame-ancestors 'none'$/u,
    );
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe|http|\*/u);
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(page.body).not.toMatch(/https?:\/\//u);
  });

  it.each(['../package.json', '..%2fpackage.json', 'assets/', 'api/nothing', 'api/run'])(
    'has nothing at /%s',
    async (path) => {
      expect([404, 500]).toContain((await get(`${ui.url}${path}`)).status);
    },
  );

  it('P7: a defect is told without its words', async () => {
    const { status: code, body } = await get(`${ui.url}api/run/x`);
    expect(code).toBe(500);
    expect(body).not.toContain('secret');
  });

  it('resume and repair take the token, and are told with what they say', async () => {
    const resume = `${ui.url}api/actions/resume`;
    for (const headers of [{}, { authorization: 'Bearer nothing' }, { authorization: ui.token }]) {
      expect(await get(resume, headers, 'POST')).toMatchObject({ status: 401 });
    }
    expect(await get(resume, bearer(), 'GET')).toMatchObject({ body: '{"actions":[]}' });
    expect(await get(resume, bearer(), 'POST')).toMatchObject({ status: 202 });
    const states = async () => JSON.parse((await get(`${ui.url}api/actions`)).body).actions;
    await expect.poll(states).toMatchObject([{ name: 'resume', exitCode: 3, lines: ['went on'] }]);
    const repair = `${ui.url}api/actions/repair`;
    expect(await get(repair, bearer(), 'POST')).toMatchObject({ status: 202 });
    expect(await get(repair, bearer(), 'POST')).toMatchObject({ status: 409 });
    expect(await get(`${ui.url}api/actions/rm`, bearer(), 'POST')).toMatchObject({ status: 404 });
  });

  it('beyond this machine, reading takes the token as well; the page itself does not', async () => {
    await using open = await startUi({ ...options, host: '0.0.0.0', allowedHosts: [] });
    const here = open.url.replace('0.0.0.0', '127.0.0.1');
    expect(await get(`${here}api/runs`)).toMatchObject({ status: 401 });
    expect(await get(here)).toMatchObject({ status: 200 });
    const authorization = `Bearer ${open.token}`;
    expect(await get(`${here}api/runs`, { authorization })).toMatchObject({ status: 200 });
  });
});
