import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startDemo, type Demo } from '@snowmelt/demo';
import type { Probe } from '@snowmelt/core';
import { startStallProxy, type StallProxy } from '@snowmelt/testkit/network';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { runBin, startBin } from './run-bin.ts';
import { expectReadable, expectScreens, makeLongNames, typeInit } from './screens.ts';
import { hasTerminal } from './terminal.ts';

/** What no reader of an issue may learn. */
function secretsOf(config: Record<string, unknown>): readonly string[] {
  const {
    account,
    user,
    password,
    access_url: url,
  } = config['snowflake'] as Record<string, string>;
  return [account, user, password, url, ...tables].filter((name) => name !== undefined);
}

const tables = ['MOVIES', 'Bird Strikes', 'AIRPORTS'];

let demo: Demo;
let cwd = '';

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'snowmelt-run-'));
  demo = await startDemo({ tables });
  await writeFile(join(cwd, 'config.json'), JSON.stringify(demo.config));
});

afterAll(async () => {
  await demo?.[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

describe('a first migration, command by command', () => {
  it('check finds both sides and every table in order', async () => {
    const { code, stdout } = await runBin(['check', '--json'], { cwd });
    const view = JSON.parse(stdout);
    expect(view.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    expect(view.checks).toHaveLength(2 + tables.length);
    expect([0, 4]).toContain(code);
  });

  it('check --deep tells what the server answers, for others to read', async () => {
    const { code, stdout } = await runBin(['check', '--deep', '--json'], { cwd });
    const view = JSON.parse(stdout);
    const unlike = view.probes.filter(({ outcome }: Probe) => outcome === 'different');
    expect(unlike).toEqual([]);
    expect([code, view.ok]).toEqual([0, true]);
    expect(view.probes.length).toBeGreaterThan(15);
    const shown = await runBin(['check', '--deep'], { cwd });
    expect(shown.stdout).toMatch(/^Snowmelt \S+, Node.js v\d+/);
    expect(shown.stdout).toContain('✔ snapshot-point');
    for (const name of secretsOf(demo.config)) expect(shown.stdout).not.toContain(name);
  });

  it('plan says what would be done and changes nothing', async () => {
    const first = await runBin(['plan', '--json'], { cwd });
    expect(first.code).toBe(0);
    const view = JSON.parse(first.stdout);
    expect(view.tables).toHaveLength(tables.length);
    for (const table of view.tables) {
      expect(table).toMatchObject({ refused: false, creates: true, mode: 'truncate' });
      expect(table.snapshot.pinned).toBe(true);
      expect(table.chunks.load + table.chunks.extract).toBeGreaterThan(0);
    }
    const again = JSON.parse((await runBin(['plan', '--json'], { cwd })).stdout);
    expect(again.tables.map((table: { creates: boolean }) => table.creates)).toEqual(
      tables.map(() => true),
    );
  });

  it('P1: run moves every row, its report is the JSON, its logs are on stderr', async () => {
    const { code, stdout, stderr } = await runBin(['run', '--json'], { cwd });
    expect(stderr).toMatch(/^time=\S+ level=info event=run_opened /m);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ status: 'completed', resumed: false, stopped: false });
    expect(report.rows).toBe(demo.rows);
    for (const table of report.tables) {
      expect(table).toMatchObject({ status: 'completed', verified: true });
    }
    expect(code).toBe(0);
  });

  it('status knows of it', async () => {
    const { code, stdout } = await runBin(['status', '--json'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toEqual([
      expect.objectContaining({ status: 'completed', rows: demo.rows }),
    ]);
    const people = await runBin(['status'], { cwd });
    expect(people.stdout).toMatch(/^Run [0-9a-f-]{36}: completed, started /);
    const [history, logs] = await Promise.all([
      runBin(['history', '--json'], { cwd }),
      runBin(['logs', '--json'], { cwd }),
    ]);
    expect(JSON.parse(history.stdout).runs).toEqual([
      expect.objectContaining({ state: 'completed', rows: demo.rows, tables: tables.length }),
    ]);
    const { events } = JSON.parse(logs.stdout);
    expect(events[0]).toMatchObject({ of: 'run', event: 'began' });
    const ofRun = events.filter(({ of }: { of: string }) => of === 'run');
    expect(ofRun.at(-1)).toMatchObject({ event: 'ended', text: 'completed' });
  });

  it('ui serves a page that knows of it, takes the token for a repair, and ends with SIGTERM', async () => {
    const { child, ended } = startBin(['ui', '--port', '0'], { cwd });
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    await expect.poll(() => said, { timeout: 30_000 }).toContain('Ctrl-C stops.');
    const [, url = '', token = ''] = /^(\S+)\n.*: (\S+)\n/u.exec(said) ?? [];
    const ask = async (path: string) => (await fetch(`${url}api/${path}`)).json();
    expect(await ask('runs')).toMatchObject({ runs: [{ status: 'completed', rows: demo.rows }] });
    expect(await ask('troubles')).toEqual({ troubles: [] });
    const metrics = await (await fetch(`${url}metrics`)).text();
    expect(metrics).toContain('snowmelt_run_ended{status="completed"} 1');
    expect(metrics).toMatch(/snowmelt_rows_found\{table="\S*MOVIES\S*"\} \d+/u);
    const headers = { authorization: `Bearer ${token}` };
    const begun = await fetch(`${url}api/actions/repair`, { method: 'POST', headers });
    expect(begun.status).toBe(202);
    await expect
      .poll(() => ask('actions'), { timeout: 30_000 })
      .toMatchObject({ actions: [{ exitCode: 0, lines: ['Nothing is missing.'] }] });
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0 });
  });

  it('P8: a run that is not there', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    const ending = await runBin(['status', '--run', id], { cwd });
    expect(ending).toMatchObject({ code: 2, stdout: '' });
    expect(ending.stderr).toMatch(/^Error RUN\.NOT_FOUND: /);
  });

  it('P8: a table that is not there fails alone, with its name', async () => {
    const config = structuredClone(demo.config) as { sources: { tables: object[] }[] };
    config.sources[0]?.tables.push({
      source: 'NO_SUCH',
      target: 'no_such',
      truncate_onstart: true,
    });
    await writeFile(join(cwd, 'missing.json'), JSON.stringify(config));
    const ending = await runBin(['run', '-c', 'missing.json'], { cwd });
    expect(ending.code).toBe(2);
    expect(ending.stderr).toMatch(/Error SOURCE\.TABLE_NOT_FOUND: [^]*NO_SUCH/);
    expect(ending.stdout).toMatch(/partial/);
  });

  it('P7: a wrong key is refused without being shown', async () => {
    const config = structuredClone(demo.config) as { snowflake: Record<string, unknown> };
    delete config.snowflake['rsa_key'];
    config.snowflake['password'] = 'SECRET-WRONG';
    await writeFile(join(cwd, 'wrong.json'), JSON.stringify(config));
    const { code, stdout, stderr } = await runBin(['run', '-c', 'wrong.json'], { cwd });
    expect(code).toBe(2);
    expect(stdout + stderr).toMatch(/Error SOURCE\.AUTH_FAILED: /);
    expect(stdout + stderr).not.toContain('SECRET');
  });
});

describe.skipIf(!hasTerminal)('in a terminal, typed as a person does', () => {
  const typed = ['-c', 'typed.json'];

  it('init asks in 60 columns, and no password is shown (P7)', async () => {
    await makeLongNames(demo);
    const said = await typeInit(demo, cwd, typed);
    expect(said).not.toContain(new URL(demo.databaseUrl).password);
    expectReadable(said.slice(said.indexOf('typed.json is written: 5 tables.')), 60);
    // The emulator shows a commit at its very instant.
    const hasty = JSON.parse(await readFile(join(cwd, 'typed.json'), 'utf8'));
    await writeFile(
      join(cwd, 'typed.json'),
      JSON.stringify({ ...hasty, snapshot_delay_seconds: 0 }),
    );
  });

  it('check, plan, run, status and history are read at 60, 100 and 200 columns', async () => {
    const before = ['check', 'plan', 'plan --details'];
    const after = ['status', 'history --compare', 'history --attributed'];
    const env = { PGPASSWORD: new URL(demo.databaseUrl).password };
    await expectScreens({ before, change: 'run --verify digest', after }, { cwd, env, typed });
  });
});

describe('what a run may cost', () => {
  it('max_credits stops a run, and a higher one goes on; the end is told and reported', async () => {
    const run = async (credits: number) => {
      const limited = { ...demo.config, max_credits: credits, parallel_threads: 1 };
      await writeFile(join(cwd, 'limited.json'), JSON.stringify(limited));
      const argv = ['run', '-c', 'limited.json', '--json', '--report', 'night.html'];
      const ending = await runBin(argv, { cwd });
      return { ...ending, report: JSON.parse(ending.stdout) };
    };
    const spent = await run(0.000_001);
    expect(spent.report).toMatchObject({ stopped: true, stoppedBy: { code: 'RUN.CREDITS_SPENT' } });
    expect(spent.stderr).toMatch(/Error RUN\.CREDITS_SPENT: [^]*Fix: Raise max_credits/u);
    expect(spent.stderr).toMatch(/event=run_ended run=\S+ status=partial .*stopped=true/u);
    expect(spent.code).toBe(3);
    const status = await runBin(['status', '-c', 'limited.json', '--json'], { cwd });
    expect(JSON.parse(status.stdout).runs[0]).toMatchObject({
      state: 'stopped',
      error: expect.stringContaining('RUN.CREDITS_SPENT') as string,
      troubles: [{ code: 'RUN.CREDITS_SPENT', command: ['run', '-c', 'limited.json'] }],
    });

    const done = await run(1000);
    const { run: id, credits } = spent.report;
    expect(done.report).toMatchObject({ run: id, status: 'completed', rows: demo.rows });
    expect(done.report.credits).toBeGreaterThan(credits);
    expect(done.code).toBe(0);
    const page = await readFile(join(cwd, 'night.html'), 'utf8');
    expect(page).toContain(`Snowmelt run ${id}`);
    expect(page).toMatch(new RegExp(` credits</p>[^]*status --run ${id} --attributed`, 'u'));
  });
});

describe('P4: Ctrl-C stops cleanly and the same command goes on', () => {
  it('exit code 3, then 0 with every row', async () => {
    const many = { ...demo.config, batch_size: 100, parallel_threads: 1, extract: 'query' };
    await writeFile(join(cwd, 'many.json'), JSON.stringify(many));
    const argv = ['run', '-c', 'many.json', '--json'];
    const first = startBin(argv, { cwd });
    let log = '';
    let asked = false;
    first.child.stderr.on('data', (piece: Buffer) => {
      log += piece.toString();
      // The run is open and its tables are on their way. A second signal would end it at once.
      if (!asked && log.includes('event=table_planned')) asked = first.child.kill('SIGINT');
    });
    const stopped = await first.ended;
    expect(JSON.parse(stopped.stdout)).toMatchObject({ status: 'partial', stopped: true });
    expect(stopped.stderr).toContain('The same command goes on from here.');
    expect(stopped.code).toBe(3);

    const second = await runBin(argv, { cwd });
    const report = JSON.parse(second.stdout);
    expect(report).toMatchObject({
      run: JSON.parse(stopped.stdout).run,
      resumed: true,
      status: 'completed',
      rows: demo.rows,
    });
    expect(second.code).toBe(0);
  });
});

describe('P8: a line to PostgreSQL that stalls in COPY', () => {
  let proxy: StallProxy;
  beforeEach(async () => {
    const through = new URL((demo.config['postgres'] as { url: string }).url);
    proxy = await startStallProxy({ host: through.hostname, port: Number(through.port) });
    through.host = `${proxy.host}:${proxy.port}`;
    const settings = { network_timeout_seconds: 5, connect_timeout_seconds: 5 };
    const config = { ...demo.config, postgres: { url: through.href, settings } };
    await writeFile(join(cwd, 'stalled.json'), JSON.stringify(config));
  });
  afterEach(() => proxy[Symbol.asyncDispose]());

  const run = () =>
    startBin(['run', '-c', 'stalled.json', '--no-resume', '--log-format', 'json'], { cwd });

  /** Stalls in the first COPY: that connection, and with `all` every other one. */
  async function stallInCopy(child: ReturnType<typeof startBin>['child'], all: boolean) {
    proxy.trip({ way: 'to', at: 'FROM STDIN', end: 'stall' });
    await vi.waitFor(() => expect(proxy.tripped).toBe(true), { timeout: 60_000, interval: 50 });
    if (all) proxy.stall('all');
    return child;
  }

  it('is waited for no longer than its limit, which is told, and the chunk is loaded anew', async () => {
    const { child, ended } = run();
    await stallInCopy(child, false);
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/"event":"waiting".*"for":"PostgreSQL: COPY"/);
    expect(stderr).toMatch(/"event":"chunk_retried".*"code":"TARGET.SILENT"/);
  });

  it('P4: SIGTERM ends the run within ten seconds though nothing answers any more', async () => {
    const { child, ended } = run();
    await stallInCopy(child, true);
    const start = performance.now();
    child.kill('SIGTERM');
    const { code } = await ended;
    expect(code).toBe(3);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
