import { setTimeout as sleep } from 'node:timers/promises';

import { startDemo, type Demo } from '@snowmelt/demo';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { invokeInALoop, type Disturb } from './support/lambda-loop.ts';
import { lambdaPackage, type LambdaPackage } from './support/lambda.ts';
import { configFile, snowmelt } from './support/snowmelt.ts';
import { configOf } from './support/run-config.ts';
import { runMachine } from './support/state-machine.ts';
import { xrayDaemon } from './support/xray-daemon.ts';

/** Enough for some invocations. */
const filter = "DATE < '2001-01-11'";
const table = {
  source: 'FLIGHTS',
  target: 'flights',
  truncate_onstart: true,
  source_filter: filter,
  extract: 'query',
  chunking_columns: ['DATE'],
  chunking_column_types: ['timestamp_ntz'],
  batch_size: 2000,
};

let demo: Demo;
let client: pg.Client;
let lambda: LambdaPackage;
let rows: number;

beforeAll(async () => {
  demo = await startDemo({ tables: ['FLIGHTS'] });
  const counted = await inSnowflake(demo, `SELECT count(*) FROM FLIGHTS WHERE ${filter}`);
  rows = Number(counted[0]?.[0]);
  client = new pg.Client({ connectionString: demo.databaseUrl });
  await client.connect();
  const config = configOf(demo, [table], { source_name: 'air' });
  lambda = await lambdaPackage({ ...config, snapshot_delay_seconds: 0, parallel_threads: 1 });
}, 300_000);

afterAll(async () => {
  await lambda?.[Symbol.asyncDispose]();
  await client?.end();
  await demo?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await client.query('DROP SCHEMA IF EXISTS migration_status CASCADE');
  await client.query('DROP SCHEMA IF EXISTS snowmelt CASCADE; DROP SCHEMA IF EXISTS vega CASCADE');
});

const columns =
  '"date" timestamp, delay int, distance int, origin varchar(3), destination varchar(3)';

async function expectExact(): Promise<void> {
  const { rows: found } = await client.query('SELECT count(*)::int AS count FROM vega.flights');
  expect(found[0].count).toBe(rows);
}

const loop = (seconds: number, disturb?: Disturb, env?: Readonly<Record<string, string>>) =>
  invokeInALoop(lambda, { seconds, disturb, env });

describe('the built function, by itself in a folder', () => {
  it('is small, the same each time, also with new code beside the configuration of before, and modest', async () => {
    expect(await lambda.codeOnly()).toBe(lambda.sha256);
    expect(lambda.bytes).toBeLessThan(10 * 1024 * 1024);
    const { outcome } = await lambda.invoke({ action: 'validate_config' });
    expect(outcome?.importedRssMib).toBeLessThan(150);
  });

  it('answers the checks', async () => {
    const validated = await lambda.invoke({ action: 'validate_config' });
    expect(validated.outcome?.answer).toMatchObject({
      statusCode: 200,
      body: { status: 'success', action: 'validate_config', sources: ['air'] },
    });
    const tested = await lambda.invoke({ action: 'test_connections' });
    expect(tested.outcome?.answer).toMatchObject({
      statusCode: 200,
      body: { status: 'success', action: 'test_connections', snowflake: expect.any(String) },
    });
  });

  it.each([
    ['an unknown action', { action: 'dance' }, 400, 'CONFIG.INVALID'],
    ['an unknown source', { source_name: 'sea' }, 400, 'CONFIG.NO_SUCH_TABLE'],
    ['an event that is none', { no_resume: 'perhaps' }, 500, 'CONFIG.INVALID'],
  ])('answers %s', async (_name, event, statusCode, error_type) => {
    const { outcome } = await lambda.invoke(event);
    expect(outcome?.answer).toMatchObject({ statusCode, body: { error_type } });
  });

  it('a check that fails is an error of the function, or an answer where that is wished', async () => {
    const event = { action: 'validate_config' };
    const env = { SNOWMELT_CONFIG: '{"sources": []}' };
    const thrown = await lambda.invoke(event, { env });
    expect(thrown.outcome).toMatchObject({ errorType: 'CONFIG.INVALID' });
    const answered = await lambda.invoke(event, {
      env: { ...env, SNOWMELT_FAILED_CHECKS: 'answer' },
    });
    expect(answered.outcome?.answer).toMatchObject({ statusCode: 500 });
  });
});

describe('a migration that needs many invocations', () => {
  it('ends complete and exact, no chunk loaded twice, each line once', async () => {
    const { bodies, lines } = await loop(8);
    expect(bodies.length).toBeGreaterThan(1);
    expect(bodies.at(-1)).toMatchObject({ status: 'completed', total_rows_migrated: rows });
    // On a busy machine the first, short one may end before it has a run.
    expect(new Set(bodies.flatMap((body) => body?.run_id ?? [])).size).toBe(1);
    await expectExact();
    const loaded = await client.query(
      'SELECT count(*)::int AS chunks, sum(rows)::int AS rows FROM snowmelt.chunk_ledger',
    );
    expect(loaded.rows[0].rows).toBe(rows);
    expect(lines.length).toBe(new Set(lines).size);
    for (const line of lines) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    const text = lines.join('\n');
    expect(text).not.toContain('PRIVATE KEY');
    expect(text).toContain('"cold_start":true');
  }, 300_000);

  it('the same with invocations killed and frozen at random', async () => {
    const stopped: NodeJS.Signals[] = ['SIGKILL', 'SIGSTOP', 'SIGKILL'];
    const frozen: { kill(signal: NodeJS.Signals): boolean }[] = [];
    const { bodies } = await loop(12, async (child, nth) => {
      const signal = stopped[nth];
      if (signal === undefined) return;
      await sleep(2000 + 500 * nth);
      child.kill(signal);
      // A frozen environment sends no FIN; Lambda says after its time that it is gone.
      if (signal === 'SIGSTOP') {
        frozen.push(child);
        setTimeout(() => child.kill('SIGKILL'), 6000);
      }
    });
    expect(bodies.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    expect(bodies.at(-1)).toMatchObject({ status: 'completed' });
    await expectExact();
  }, 300_000);

  it('a loop that gets nothing done ends, and the command goes on', async () => {
    await client.query(`CREATE SCHEMA vega; CREATE TABLE vega.flights (${columns})`);
    const blocker = new pg.Client({ connectionString: demo.databaseUrl });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE vega.flights IN ACCESS EXCLUSIVE MODE');
    const { bodies } = await loop(4);
    await blocker.query('ROLLBACK; DROP SCHEMA vega CASCADE');
    await blocker.end();
    expect(
      bodies.map((body) => body?.error),
      JSON.stringify(bodies),
    ).toHaveLength(3);
    expect(bodies.at(-1)).toMatchObject({ status: 'failed', error_type: 'RUN.NO_PROGRESS' });
    const config = configOf(demo, [table], { source_name: 'air' });
    await using file = await configFile({ ...config, snapshot_delay_seconds: 0 });
    const { code, stderr } = await snowmelt(['run', '-c', file.path, '--json']);
    expect(code, stderr).toBe(0);
    await expectExact();
  }, 120_000);
});

describe('one environment that is invoked again', () => {
  it('logs in once, ends a run that is aborted, and traces what comes after its first invocation', async () => {
    await using daemon = await xrayDaemon();
    const few = "DATE < '2001-01-01 02:00'";
    const counted = await inSnowflake(demo, `SELECT count(*) FROM FLIGHTS WHERE ${few}`);
    const config = {
      ...configOf(demo, [{ ...table, source_filter: few }], { source_name: 'air' }),
      snapshot_delay_seconds: 0,
      parallel_threads: 1,
    };
    const env = {
      SNOWMELT_CONFIG: JSON.stringify(config),
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      _X_AMZN_TRACE_ID:
        'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    };
    demo.emulator.stats.reset();
    const events = [
      { action: 'plan', no_resume: true },
      { action: 'abort', run_id: '$run_id', why: 'it was the wrong night' },
      { action: 'migrate' },
    ];
    const { outcome, lines } = await lambda.invoke(events, { seconds: 60, env });
    const [planned, aborted] = outcome?.before ?? [];
    expect(planned?.answer?.body, planned?.errorMessage).toMatchObject({ status: 'planned' });
    expect(aborted?.answer?.body, aborted?.errorMessage).toMatchObject({
      status: 'aborted',
      message: 'The run is ended.',
    });
    // Its tables are free at once, and what it has done is gone on with.
    expect(lines.join('\n')).not.toContain('waiting_for_run');
    expect(outcome?.answer?.body).toMatchObject({
      status: 'completed',
      run_id: planned?.answer?.body['run_id'],
      total_rows_migrated: Number(counted[0]?.[0]),
    });
    expect(outcome?.peakRssMib).toBeLessThan(300);
    expect(demo.emulator.stats.requests.login).toBeLessThanOrEqual(2);
    // The tracer is loaded by the first invocation, which is not traced itself.
    expect(await daemon.names()).toEqual(expect.arrayContaining(['## abort', 'loading']));
  }, 120_000);
});

describe('an unload, a chunk and an index build that are each longer than an invocation', () => {
  it('the unload is waited for, the chunk is loaded in pieces, the index ends the loop by name, and the command goes on with it', async () => {
    const few = "DATE < '2001-01-01 02:00'";
    const counted = await inSnowflake(demo, `SELECT count(*) FROM FLIGHTS WHERE ${few}`);
    const all = Number(counted[0]?.[0]);
    await client.query(`CREATE SCHEMA vega; CREATE TABLE vega.flights (${columns});
      CREATE FUNCTION vega.slowly(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
        SET search_path = pg_catalog AS
        $$ BEGIN PERFORM pg_sleep(${9 / all}); RETURN $1; END $$;
      CREATE INDEX slow ON vega.flights (vega.slowly(delay));
      CREATE FUNCTION vega.wait() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
        $$ BEGIN PERFORM pg_sleep(${12 / all}); RETURN NEW; END $$;
      CREATE TRIGGER waits BEFORE INSERT ON vega.flights FOR EACH ROW EXECUTE FUNCTION vega.wait()`);
    const unload = { sqlMatches: String.raw`COPY INTO[\s\S]*FLIGHTS` };
    demo.emulator.faults.add({ kind: 'slow-statement', ms: 8000, match: unload });
    const small = { ...table, source_filter: few, disable_index: true, extract: 'unload' };
    const config = {
      ...configOf(demo, [small], { source_name: 'air' }),
      snapshot_delay_seconds: 0,
      parallel_threads: 4,
    };
    const env = { SNOWMELT_CONFIG: JSON.stringify(config) };
    const { bodies, lines } = await loop(7, undefined, env);
    const last = bodies.at(-1);
    expect(last, JSON.stringify(bodies)).toMatchObject({ error_type: 'RUN.STEP_TOO_LONG' });
    expect(last?.['error']).toContain(`snowmelt run --resume-run-id ${last?.run_id}`);
    for (const event of ['statement_runs', 'chunk_divided']) {
      expect(lines.join('\n')).toContain(`"message":"${event}"`);
    }
    const unloads = demo.emulator.stats.statements.filter(({ sql }) =>
      /COPY INTO[\s\S]*FLIGHTS/u.test(sql),
    );
    expect(unloads.map(({ status }) => status)).toEqual(['success']);
    await using file = await configFile(config);
    const resumed = ['--resume-run-id', String(last?.run_id), '--json'];
    const { code, stderr } = await snowmelt(['run', '-c', file.path, ...resumed]);
    expect(code, stderr).toBe(0);
    const { rows: found } = await client.query(
      `SELECT (SELECT count(*)::int FROM vega.flights) AS rows,
         (SELECT sum(rows)::int FROM snowmelt.chunk_ledger) AS ledger,
         (SELECT count(*)::int FROM pg_indexes WHERE indexname = 'slow') AS indexes`,
    );
    expect(found).toEqual([{ rows: all, ledger: all, indexes: 1 }]);
  }, 180_000);
});

describe('state machines, run from their files', () => {
  it.each(['ours', 'earlier'] as const)(
    '%s: invokes until all is there',
    async (file) => {
      const input = { source_name: 'air', no_resume: true, comment: 'nightly' };
      const { output, actions } = await runMachine(file, lambda, { input, seconds: 10 });
      const body = file === 'ours' ? output : (output as never)['migrationResult']['body'];
      expect(body).toMatchObject({ status: 'completed', total_rows_migrated: rows });
      expect(actions.slice(0, 3)).toEqual(['validate_config', 'test_connections', 'migrate']);
      await expectExact();
    },
    240_000,
  );

  it('distributed: loaders side by side, each chunk once, and one end', async () => {
    const input = { source_name: 'air', no_resume: true };
    const { output, actions, ended } = await runMachine('distributed', lambda, {
      input,
      seconds: 60,
    });
    expect(ended, JSON.stringify(actions)).toBe('Completed');
    expect(output).toMatchObject({ status: 'completed', total_rows_migrated: rows });
    expect(actions.filter((action) => action === 'load').length).toBeGreaterThan(3);
    expect(actions.filter((action) => action === 'finish')).toHaveLength(1);
    await expectExact();
    const { rows: workers } = await client.query(
      `SELECT count(DISTINCT split_part(worker_id, '/', 2))::int AS count
       FROM migration_status.migration_chunk_status`,
    );
    expect(workers[0].count, 'processes that have loaded').toBeGreaterThan(1);
  }, 240_000);

  it.each([
    ['ours', 'ConfigurationInvalid'],
    ['earlier', 'ValidationFailed'],
  ] as const)('%s: ends in the state of its failure', async (file, name) => {
    const input = { source_name: 'sea' };
    const { ended } = await runMachine(file, lambda, { input, seconds: 10 });
    expect(ended).toBe(name);
  });
});
