import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { SnowmeltError, type Config, type RunReport } from '@snowmelt/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeLogger } from '../../src/base/setup.ts';
import { withEnd } from '../../src/run/with-end.ts';

const table = {
  key: 'k',
  source: { database: 'PROD', schema: 'PUBLIC', name: 'A<B>' },
  target: { database: 'dwh', schema: 'sales', name: 'a' },
  status: 'completed',
  rows: 1200,
  rejected: 0,
  bytes: 5000,
  chunks: 2,
  seconds: 3,
  verified: true,
  verification: { by: 'count' },
  notices: [],
  findings: [],
} as const;

const report: RunReport = {
  run: 'r1',
  resumed: false,
  status: 'completed',
  stopped: false,
  tables: [table],
  rows: 1200,
  rejected: 0,
  bytes: 5000,
  seconds: 3,
};

const error = new SnowmeltError('TARGET.LOCKED', 'pid 7 holds it', { fix: 'End pid 7.' });
const failed: RunReport = {
  ...report,
  status: 'partial',
  tables: [table, { ...table, key: 'l', status: 'failed', error }],
};

let folder = '';
let address = '';
let status = 200;
const got: { path: string; body: unknown }[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    got.push({ path: request.url ?? '', body: JSON.parse(body) });
    response.writeHead(status).end('ok');
  });
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-end-'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  address = typeof bound === 'object' ? `http://127.0.0.1:${bound?.port}` : '';
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Notify {
  readonly on?: 'always' | 'trouble';
  readonly webhook?: string;
  readonly slack?: string;
  readonly command?: readonly string[];
}

/** What a run with this end leaves: what was told, and the log. */
async function ended(
  end: () => Promise<RunReport>,
  notify: Notify = {},
  file?: string,
): Promise<{ log: string; thrown: unknown }> {
  got.length = 0;
  const logFile = join(folder, `${crypto.randomUUID()}.jsonl`);
  const flags = { 'log-level': 'silent', 'log-file': logFile } as const;
  const config = { notify: { on: 'always', ...notify } } as unknown as Config;
  const thrown = await withEnd({ config, flags }, end, file).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { log: await readFile(logFile, 'utf8').catch(() => ''), thrown };
}

describe('the end of a run is told', () => {
  it('a webhook gets figures, tables and failures with their fix; Slack a text', async () => {
    const { log } = await ended(async () => failed, {
      webhook: `${address}/hook`,
      slack: `${address}/slack`,
    });
    expect(got.find(({ path }) => path === '/hook')?.body).toMatchObject({
      event: 'run_ended',
      outcome: 'partial',
      run: 'r1',
      rows: 1200,
      tables: [
        { source: 'PROD.PUBLIC.A<B>', status: 'completed', rows: 1200 },
        { status: 'failed', error: { code: 'TARGET.LOCKED', fix: 'End pid 7.' } },
      ],
    });
    const slack = got.find(({ path }) => path === '/slack')?.body as { text: string } | undefined;
    const said = slack?.text ?? '';
    expect(said).toMatch(/^Snowmelt run r1 ended: partial, 1 of 2 tables, 1 failed, 1,200 rows/u);
    expect(said).toContain('• PROD.PUBLIC.A&lt;B&gt;: TARGET.LOCKED: pid 7 holds it\n   Fix: End');
    expect(log).toContain('"event":"notified","way":"webhook"');
  });

  it('trouble alone, where only that is wanted', async () => {
    const asked = { on: 'trouble', webhook: address } as const;
    await ended(async () => report, asked);
    expect(got).toEqual([]);
    await ended(async () => ({ ...report, status: 'partial', stopped: true }), asked);
    expect(got[0]?.body).toMatchObject({ outcome: 'stopped' });
  });

  it('a run that could not be opened is told as well, and still throws', async () => {
    const { thrown, log } = await ended(() => Promise.reject(error), { webhook: address });
    expect(thrown).toBe(error);
    expect(got[0]?.body).toMatchObject({ outcome: 'error', error: { code: 'TARGET.LOCKED' } });
    expect(log).toContain('"event":"run_failed","code":"TARGET.LOCKED"');
  });

  it('a command gets it on its standard input, without a shell', async () => {
    const file = join(folder, 'said.json');
    const copy = `process.stdin.pipe(require('fs').createWriteStream(process.argv[1]))`;
    await ended(async () => report, { command: [process.execPath, '-e', copy, file] });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ outcome: 'completed' });
  });

  it.each([
    ['a refusal', () => ({ webhook: `${address}/secret` }), 'HTTP status 500'],
    ['nobody there', () => ({ webhook: 'http://127.0.0.1:1/secret' }), '"notification_failed"'],
    ['no such command', () => ({ command: ['/no/such/program'] }), 'ENOENT'],
    [
      'a command that fails',
      () => ({ command: [process.execPath, '-e', 'process.exit(3)'] }),
      'ended with 3',
    ],
  ])('%s is logged without the address, and fails no run', async (_, notify, words) => {
    status = 500;
    const { thrown, log } = await ended(async () => report, notify());
    status = 200;
    expect(thrown).toBeUndefined();
    expect(log).toContain(words);
    expect(log).not.toContain('secret');
  });
});

describe('--report', () => {
  it('a page that asks for nothing else, with what failed and its fix', async () => {
    const file = join(folder, 'night.html');
    await ended(async () => failed, {}, file);
    const page = await readFile(file, 'utf8');
    expect(page).toContain('<title>Snowmelt run r1: partial</title>');
    expect(page).toContain('<td>PROD.PUBLIC.A&lt;B&gt;</td>');
    expect(page).toContain('Fix: End pid 7.');
    expect(page).not.toMatch(/<script|src=|href=|url\(/u);
  });

  it('the same document as --json; of a run that threw its failure', async () => {
    const file = join(folder, 'night.json');
    await ended(async () => report, {}, file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)));
    await ended(() => Promise.reject(error), {}, file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      error: { code: 'TARGET.LOCKED', fix: 'End pid 7.' },
    });
  });

  it.each(['night.pdf', 'no/such/folder/night.html'])(
    '%s is refused before anything moves',
    async (name) => {
      let begun = false;
      const run = async () => {
        begun = true;
        return report;
      };
      const { thrown } = await ended(run, {}, join(folder, name));
      expect(thrown).toMatchObject({ code: 'CLI.USAGE' });
      expect(begun).toBe(false);
    },
  );

  it('a file that can not be written in the end is told, and fails no run', async () => {
    const { thrown, log } = await ended(async () => report, {}, join(folder, '.html'));
    expect(thrown).toMatchObject({ code: 'CLI.USAGE' });
    const onto = join(folder, 'is-a-folder.json');
    await import('node:fs/promises').then(({ mkdir }) => mkdir(onto));
    const late = await ended(async () => report, {}, onto);
    expect([log, late.thrown]).toEqual(['', undefined]);
    expect(late.log).toContain('"event":"report_not_written"');
  });
});

describe('--log-file', () => {
  it('takes every event, whatever is shown', async () => {
    const file = join(folder, 'all.jsonl');
    const log = makeLogger({ 'log-level': 'silent', 'log-file': file });
    log.debug('chunk_loaded', { rows: 1 });
    log.error('table_failed', { table: 't' });
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'chunk_loaded',
      'table_failed',
    ]);
  });
});
