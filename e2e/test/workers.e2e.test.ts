import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { configOf } from './support/run-config.ts';
import { inSnowflake } from './support/demo.ts';
import { configFile, snowmelt, startSnowmelt, type Running } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

const rows = 3_600;
const chunks = 36;
const table = {
  source: 'MANY',
  target: 'many',
  truncate_onstart: true,
  extract: 'query',
  chunking_columns: ['ID'],
  chunking_column_types: ['int'],
  batch_size: rows / chunks,
};

/** Each COPY takes so long that every process has its turn. */
const slowCopies = `
  CREATE SCHEMA IF NOT EXISTS vega;
  CREATE TABLE vega.many (id bigint, text text);
  CREATE FUNCTION vega.dawdle() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END';
  CREATE TRIGGER dawdle BEFORE INSERT ON vega.many EXECUTE FUNCTION vega.dawdle();`;

describe('several processes on one run', () => {
  const on = useDemo({ tables: ['SPECIES'] }, async ({ demo, sql }) => {
    await inSnowflake(
      demo,
      `CREATE TABLE MANY AS SELECT SEQ8() AS ID, 'row ' || SEQ8() AS TEXT FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
    );
    await sql.query(slowCopies);
  });
  const started: Running[] = [];
  const config = () => configFile({ ...configOf(on.demo, [table]), parallel_threads: 1 });

  function start(...args: string[]): Running {
    const running = startSnowmelt(args);
    started.push(running);
    return running;
  }

  /** No COPY goes on until it is let go, however slow this machine is. */
  const hold = () => on.sql.query('BEGIN; LOCK TABLE vega.many IN SHARE MODE');
  const letGo = () => on.sql.query('ROLLBACK');

  afterEach(async () => {
    await letGo();
    for (const { child, ended } of started.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    for (const pid of await workerPids()) kill(pid);
  });

  const query = async <Row>(sql: string): Promise<Row[]> => (await on.sql.query(sql)).rows as Row[];

  /** Of processes of the newest run that have not said that they end. */
  async function workerPids(): Promise<number[]> {
    const found = await query<{ pid: number }>(
      `SELECT pid FROM migration_status.migration_workers w JOIN migration_status.migration_runs r USING (run_id)
       WHERE ended_at IS NULL AND worker_id <> owner
         AND run_id = (SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1)`,
    );
    return found.map(({ pid }) => pid);
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 90_000;
    while (!(await holds().catch(() => false))) {
      if (Date.now() > deadline) throw new Error('it did not come to that in 90 seconds');
      await sleep(100);
    }
  }

  const loaded = async () =>
    (
      await query<{
        n: number;
      }>(`SELECT count(*)::int AS n FROM migration_status.migration_chunk_status
       WHERE status = 'completed' AND run_id = (
         SELECT run_id FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1)`)
    )[0]?.n ?? 0;

  const newestStatus = async () =>
    (
      await query<{ status: string }>(
        'SELECT status FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1',
      )
    )[0]?.status;

  async function expectExact(): Promise<void> {
    expect(
      await query('SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM vega.many'),
    ).toEqual([{ rows, ids: rows }]);
    const [run] = await query<{ status: string; ledger: number; published: number }>(
      `SELECT r.status, (SELECT count(*)::int FROM snowmelt.chunk_ledger c WHERE c.run_id = r.run_id::text) AS ledger
       FROM migration_status.migration_runs r ORDER BY started_at DESC LIMIT 1`,
    );
    expect(run).toEqual({ status: 'completed', ledger: chunks });
  }

  it('P2: run --workers 4: every chunk once, each process did some; a second run is told who, where and since when', async () => {
    await using file = await config();
    const none = await snowmelt(['worker', '--config', file.path]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('RUN.NOT_GOING_ON')]);
    const events = `${file.path}.log`;
    const given = ['--workers', '4', '--verify', 'digest', '--log-file', events];
    const running = start('run', '--config', file.path, ...given, '--json');
    await until(async () => (await loaded()) > 3);
    await hold();
    const second = await snowmelt(['run', '--config', file.path, '--no-resume']);
    await until(async () => (await workerPids()).length === 3);
    await letGo();
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      /RUN\.TABLE_BUSY.*Run [\da-f-]{36} at \S+\/\d+\/\w+, since 20\S+Z, is loading \S+\.vega\.many/su,
    );
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'completed',
      rows,
      tables: [{ verification: { by: 'digest' } }],
    });
    await expectExact();
    const lines = (await readFile(events, 'utf8')).trimEnd().split('\n');
    const loaders = lines
      .map((line) => JSON.parse(line) as { event: string; pid?: number })
      .filter(({ event }) => event === 'chunk_loaded')
      .map(({ pid }) => pid);
    expect(loaders).toHaveLength(chunks);
    expect(new Set(loaders).size).toBe(4);
    const shares = await query<{ pid: string; chunks: number }>(
      `SELECT split_part(worker_id, '/', 2) AS pid, count(*)::int AS chunks
       FROM migration_status.migration_chunk_status GROUP BY 1`,
    );
    expect(shares).toHaveLength(4);
    const seen = await query<{ left: boolean; version: string }>(
      'SELECT DISTINCT ended_at IS NOT NULL AS left, version FROM migration_status.migration_workers',
    );
    expect(seen).toEqual([{ left: true, version: expect.stringMatching(/^\d/u) }]);
  }, 180_000);

  it('P4: a worker is killed every second, then the owner: a worker goes on, and all is there once', async () => {
    await using file = await config();
    const running = start('run', '--config', file.path, '--no-resume', '--workers', '3', '--json');
    await until(async () => (await loaded()) > 0);
    await hold();
    for (let killed = 0; killed < 2; await sleep(1000)) {
      const [pid] = await workerPids();
      if (pid !== undefined && kill(pid)) killed += 1;
    }
    await letGo();
    for (; (await loaded()) < chunks / 3; await sleep(1000)) {
      const [pid] = await workerPids();
      if (pid !== undefined) kill(pid);
    }
    await hold();
    const helper = start('worker', '--config', file.path, '--json');
    await until(async () => (await workerPids()).includes(helper.child.pid ?? 0));
    const children = (await workerPids()).filter((pid) => pid !== helper.child.pid);
    running.child.kill('SIGKILL');
    await letGo();
    await until(async () => children.every((pid) => !isThere(pid)));
    await until(async () => (await newestStatus()) === 'completed');
    await helper.ended;
    await expectExact();
    const [run] = await query<{ owner: string; epoch: number }>(
      'SELECT owner, owner_epoch AS epoch FROM migration_status.migration_runs ORDER BY started_at DESC LIMIT 1',
    );
    expect(run?.epoch).toBe(2);
    expect(run?.owner).not.toContain(`/${running.child.pid}/`);
  }, 240_000);
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
