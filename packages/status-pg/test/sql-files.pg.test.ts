import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { Client, type QueryResult } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { migrations } from '../../target-postgres/src/generated/migrations.ts';
import { openStore, query, request } from './support/open-store.ts';
import { startOwner } from './support/start-owner.ts';
import { tablePlan } from './support/table-plan.ts';

const pathOf = (file: string) => fileURLToPath(new URL(`../../../sql/${file}`, import.meta.url));

type Row = Record<string, unknown>;

/** Files of several statements, of which the last one shows: as psql does them, one after the other. */
async function runFile(database: { url: string }, file: string, before = ''): Promise<Row[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    if (before !== '') await client.query(before);
    const results: unknown = await client.query(readFileSync(pathOf(file), 'utf8'));
    return ([results].flat() as QueryResult<Row>[]).at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

describe('files of sql/ for psql, after a kill', () => {
  let database: TestDatabase;
  let run: string;

  beforeAll(async () => {
    database = await testDatabase();
    await using owner = await startOwner(database.url, 'host/1');
    ({ run } = owner);
    await owner.kill();
    for (const { sql } of migrations) await query(database, sql);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const diagnose = () => runFile(database, 'diagnose_stuck.sql');

  it('psql takes them as they are, where it is installed', async (context) => {
    const psql = (file: string) =>
      promisify(execFile)('psql', ['-X', '-v', 'ON_ERROR_STOP=1', '-d', database.url, '-f', file]);
    const files = ['diagnose_stuck.sql', 'count_source_and_target.sql', 'monitoring/dashboard.sql'];
    for (const file of files) {
      const said = await psql(pathOf(file)).catch((error: NodeJS.ErrnoException) => error);
      if ('code' in said && said.code === 'ENOENT') context.skip('psql is not installed');
      expect(said).toMatchObject({ stderr: '' });
    }
  });

  it('diagnose_stuck.sql names the dead run, and that the same command goes on', async () => {
    await expect.poll(diagnose, { interval: 50 }).toMatchObject([
      {
        what: 'dead run',
        run_id: run,
        name: 'host/1',
        mend: expect.stringContaining('snowmelt run'),
      },
    ]);
  });

  it('diagnose_stuck.sql finds who works for a gone run and who waits for whom', async () => {
    const orphan = new Client({ connectionString: database.url });
    orphan.on('error', () => undefined);
    await orphan.connect();
    await orphan.query(`SET application_name = 'snowmelt ${run} load'; BEGIN; SELECT 1`);
    const found = await diagnose();
    expect(found.map(({ what }) => what)).toEqual(['dead run', 'session of a gone run']);
    const [, session] = found;
    expect(session?.['mend']).toContain('SELECT pg_terminate_backend(');
    expect(await runFile(database, 'fix_stuck.sql')).toMatchObject([
      { what: 'session of a gone run ended', run_id: run },
      { what: 'run closed; the same command goes on with it', run_id: run, name: 'host/1' },
    ]);
    await expect(orphan.query('SELECT 1')).rejects.toThrow();
    await orphan.end().catch(() => undefined);
    expect(await diagnose()).toMatchObject([{ what: 'unfinished run', run_id: run }]);
    expect(await runFile(database, 'fix_stuck.sql')).toEqual([]);
  });

  it('a hung owner is found by its chunks, and fix_stuck.sql lets the next run have its tables', async () => {
    await using hung = await startOwner(database.url, 'host/2');
    expect(hung).toMatchObject({ resumed: true, run });
    expect(await diagnose()).toEqual([]);
    await query(
      database,
      `UPDATE migration_status.migration_chunk_status
       SET lease_expires_at = now() - interval '11 minutes' WHERE status = 'in_progress'`,
    );
    expect(await diagnose()).toMatchObject([{ what: 'hung owner', name: 'host/2' }]);
    const [ended] = await runFile(database, 'fix_stuck.sql');
    expect(ended).toMatchObject({
      what: 'session of a hung owner ended',
      name: expect.stringMatching(/^host\/2, pid \d+$/u),
    });
    await hung.kill();
    await using store = openStore(database);
    const next = await store.openRun(request({ owner: 'host/3' }));
    expect(next).toMatchObject({ id: run, resumed: true });
    const answer = await store.lease(run, 's/a', 'host/3/a/0');
    if (answer.kind !== 'lease') throw new Error('nothing to lease');
    await store.record(answer.lease, { type: 'failed', error: 'TARGET.RESOURCES: no space left' });
    await store.closeRun(run, 'failed', 'TARGET.RESOURCES: no space left');
    const found = await diagnose();
    expect(found.map(({ what, name }) => [what, name])).toEqual([
      ['unfinished run', 'host/3'],
      ['failed chunks', 'A'],
    ]);
    expect(found[1]?.['says']).toContain('no space left');
  });

  it('count_source_and_target.sql counts, and has the statement for Snowflake at the snapshot', async () => {
    const plan = {
      ...tablePlan(run, 'a'),
      snapshot: { pinned: true, at: '2026-01-02T03:04:05.123456789Z' },
      read: { ...tablePlan(run, 'a').read, filter: 'N > 1' },
    };
    await query(
      database,
      `CREATE TABLE public.a AS SELECT generate_series(1, 7) AS n;
       UPDATE migration_status.migration_table_status
       SET target_database = current_database(), plan = '${JSON.stringify(plan)}'`,
    );
    expect(await runFile(database, 'count_source_and_target.sql')).toMatchObject([
      {
        source: 'SRC.PUBLIC.A',
        in_the_target_now: '7',
        counts_the_source: `SELECT COUNT(*) FROM "SRC"."PUBLIC"."A" AT(TIMESTAMP => '2026-01-02T03:04:05.123456789Z'::TIMESTAMP_TZ) WHERE (N > 1);`,
      },
    ]);
  });

  it('diagnose_stuck.sql and remove_snowmelt.sql see what is owed; nothing is removed meanwhile', async () => {
    await query(
      database,
      `INSERT INTO snowmelt.table_ledger (run_id, table_key, target_schema, target_table, mode, plan_hash)
       VALUES ('${run}', 's/a', 'public', 'a', 'append', 'h');
       INSERT INTO snowmelt.index_ledger (run_id, table_key, target_schema, target_table, kind, name, definition)
       VALUES ('${run}', 's/a', 'public', 'a', 'index', 'a_n', 'CREATE INDEX a_n ON public.a (n)');
       INSERT INTO snowmelt.rejected_rows (run_id, table_key, chunk_id, row_text, sqlstate, message)
       VALUES ('${run}', 's/a', 'c', '1', '23514', 'no');
       CREATE TABLE snowmelt.shadow_${'0'.repeat(32)} ()`,
    );
    const found = await diagnose();
    expect(found.map(({ what, name }) => [what, name]).slice(2)).toEqual([
      ['index missing', 'public.a'],
      ['rows refused', 'public.a'],
      ['gathered rows left', `snowmelt.shadow_${'0'.repeat(32)}`],
    ]);
    const remove = (before?: string) => runFile(database, 'remove_snowmelt.sql', before);
    await expect(remove()).rejects.toThrow(/not back.*public\.a: a_n/u);
    await query(database, `UPDATE snowmelt.index_ledger SET state = 'rebuilt'`);
    await expect(remove()).rejects.toThrow(/1 refused rows are waiting/u);
    await using _live = await startOwner(database.url, 'host/4');
    await expect(remove(`SET snowmelt.remove = 'anyway'`)).rejects.toThrow(
      /is at work at host\/4/u,
    );
  });

  it('remove_snowmelt.sql leaves nothing of Snowmelt and all of the users', async () => {
    await expect
      .poll(
        () =>
          runFile(database, 'remove_snowmelt.sql', `SET snowmelt.remove = 'anyway'`).then(
            () => 'done',
            String,
          ),
        { interval: 50 },
      )
      .toBe('done');
    const schemas = await query(
      database,
      `SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|information_schema'`,
    );
    expect(schemas).toEqual([{ nspname: 'public' }]);
    expect(await query(database, 'SELECT count(*)::int AS n FROM public.a')).toEqual([{ n: 7 }]);
    // Again, and in a database that never had it: nothing to do.
    expect(await runFile(database, 'remove_snowmelt.sql')).toEqual([]);
    expect(await diagnose()).toEqual([]);
  });
});
