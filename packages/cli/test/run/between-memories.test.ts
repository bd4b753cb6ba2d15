import { stripVTControlCharacters } from 'node:util';

import {
  parseConfig,
  resolveTables,
  runHashes,
  SnowmeltError,
  type ColumnSchema,
  type Guards,
} from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import {
  MemoryWarehouse,
  memorySource,
  memoryStatusStore,
  memoryTarget,
} from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { checkConfig } from '../../src/check/check-config.ts';
import { exitCodeOfReport } from '../../src/failure/exit-codes.ts';
import { lookBackIn } from '../../src/plan/look-back.ts';
import { planTables } from '../../src/plan/plan-tables.ts';
import { formatTablePlan } from '../../src/plan/format-table-plan.ts';
import { viewPlan } from '../../src/plan/plan-view.ts';
import { migrateWith } from '../../src/run/migrate.ts';
import { formatRunFailures, formatRunReport, viewReport } from '../../src/show/run-report.ts';
import { formatRun, formatRuns } from '../../src/status/format-status.ts';
import { readStatus } from '../../src/status/read-status.ts';

const column = (name: string): ColumnSchema => ({
  name,
  type: { kind: 'decimal', precision: 38, scale: 0 },
  nativeType: 'NUMBER(38,0)',
  nullable: true,
  hasDefault: false,
  generated: false,
});

function start(keys: object = { truncate_onstart: true }) {
  const ref = { database: 'PROD', schema: 'PUBLIC', name: 'ORDERS' };
  const rows = Array.from({ length: 1000 }, (_, index) => [index, index * 2]);
  const warehouse = new MemoryWarehouse([{ ref, columns: [column('ID'), column('AMOUNT')], rows }]);
  const config = parseConfig(
    JSON.stringify({
      snowflake: { account: 'A', user: 'U', password: 'x' },
      postgres: { host: 'h', user: 'u' },
      snapshot_delay_seconds: 0,
      sources: [
        {
          source_name: 'sales',
          source_sf_database: 'PROD',
          source_sf_schema: 'PUBLIC',
          target_pg_database: 'dwh',
          target_pg_schema: 'sales',
          tables: [
            { source: 'ORDERS', target: 'orders', batch_size: 100, ...keys },
            { source: 'NO_SUCH', target: 'no_such' },
          ],
        },
      ],
    }),
    { env: {} },
  );
  return {
    config,
    source: memorySource({ warehouse }),
    target: memoryTarget(),
    status: memoryStatusStore(),
    context: testContext(),
    async [Symbol.asyncDispose]() {},
  };
}

const plain = (lines: readonly string[]) => lines.map(stripVTControlCharacters);

describe('what people see of a plan, a check, a run and its status', () => {
  it('plan: policies of all tables are asked for at once, and one by one where that fails', async () => {
    const sides = start();
    const found = { kind: 'row access', name: 'GOV.P.REGION' };
    const asked: string[][] = [];
    const policies: Guards['policies'] = async (tables) => {
      asked.push(tables.map(({ ref }) => ref.name));
      if (tables.some(({ ref }) => ref.name === 'HIDDEN')) {
        throw new SnowmeltError('SOURCE.PRIVILEGE', 'HIDDEN is not there for the role');
      }
      return tables.map(() => [found]);
    };
    const tables = ['HIDDEN', 'ORDERS'].map((name) => ({
      source: name,
      target: name.toLowerCase(),
      truncate_onstart: true,
    }));
    const warehouse = new MemoryWarehouse(
      tables.map(({ source: name }) => ({
        ref: { database: 'PROD', schema: 'PUBLIC', name },
        columns: [column('ID')],
        rows: [[1]],
      })),
    );
    const config = { ...sides.config, sources: [{ ...sides.config.sources[0]!, tables }] };
    const source = { ...memorySource({ warehouse }), guards: { policies } };
    const jobs = resolveTables(parseConfig(JSON.stringify(config), { env: {} }));
    const planned = await planTables(jobs, { ...sides, source, whole: true });
    expect(planned.map((table) => table.policies)).toEqual([
      { unknown: expect.stringContaining('HIDDEN') },
      [found],
    ]);
    expect(asked).toEqual([['HIDDEN', 'ORDERS'], ['HIDDEN'], ['ORDERS']]);
  });

  it('plan: a table that can be moved and one that is not there', async () => {
    const sides = start();
    const planned = await planTables(resolveTables(sides.config), { ...sides, whole: true });
    const { tables } = viewPlan(planned);
    expect(tables.map(({ refused }) => refused)).toEqual([false, true]);
    const [first, second] = tables.map((table) => plain(formatTablePlan(table, 100)));
    expect(first?.[0]).toBe('✔ PROD.PUBLIC.ORDERS → dwh.sales.orders');
    expect(first?.[1]).toMatch(/^ {4}creates the table; /);
    expect(first?.join('\n')).toMatch(/\d+ (?:chunk|unload)s?\n/);
    expect(first?.join('\n')).toMatch(/\d+ statements in Snowflake, 1 scan of the table\n/);
    expect(tables[0]?.cost).toEqual({ statements: expect.any(Number) as number, scans: 1 });
    expect(first?.join('\n')).toMatch(/\n {6}ID NUMBER\(38,0\) +→ id\n/);
    expect(second?.join('\n')).toMatch(/^✘ PROD\.PUBLIC\.NO_SUCH[^]*Error SOURCE\.TABLE_NOT_FOUND/);
  });

  it('plan: whether a table is read by its changes, or whole, and why', async () => {
    const sides = start({ changes: 'cdc', uniqueness_columns: ['ID'] });
    const { config, source } = sides;
    const jobs = resolveTables(config, { tables: ['ORDERS'] });
    const planned = async () => {
      const { tables } = viewPlan(await planTables(jobs, { ...sides, whole: false }));
      return tables.flatMap((table) => plain(formatTablePlan(table, 100))).join('\n');
    };
    expect(await planned()).toMatch(/reads all rows: the target is empty/);
    const flags = { 'log-level': 'silent' } as const;
    await migrateWith({ config, jobs, resume: { mode: 'never' }, flags }, sides);
    const [first] = jobs;
    if (first === undefined) throw new Error('one table');
    source.warehouse.replaceRows(first.source, [[7, 8]]);
    expect(await planned()).toMatch(
      /applies what has changed \(changes\); counted as it is read[^]*reads what has changed since 2\d{3}-/,
    );
    source.warehouse.forgetPast(first.source);
    expect(await planned()).toMatch(/replaces all rows at the end \(swap\)[^]*can't be read: /);
  });

  it('check: connections and tables, each by its name', async () => {
    const sides = start();
    const { ok, checks } = await checkConfig(sides.config, resolveTables(sides.config), sides);
    expect(ok).toBe(false);
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['snowflake', true],
      ['postgres dwh', true],
      ['sales/PROD.PUBLIC.ORDERS->dwh.sales.orders', true],
      ['sales/PROD.PUBLIC.NO_SUCH->dwh.sales.no_such', false],
    ]);
  });

  it('run: rows, failures with their fix, totals; then the same from the status store', async () => {
    const { config, source, target, status } = start();
    const jobs = resolveTables(config);
    const flags = { 'log-level': 'silent' } as const;
    const report = await migrateWith(
      { config, jobs, resume: { mode: 'never' }, flags },
      { source, target, status },
    );
    const lines = plain(formatRunReport(viewReport(report), 100));
    expect(lines[1]).toMatch(/^PROD\.PUBLIC\.ORDERS → dwh\.sales\.orders +completed +1,000 /);
    const failures = plain(formatRunFailures(viewReport(report)));
    expect(failures.join('\n')).toMatch(/Error SOURCE\.TABLE_NOT_FOUND: [^]*\nFix: \S/);
    expect(lines.at(-1)).toMatch(/^Run [0-9a-f-]+: partial, 1,000 rows, /);
    expect(JSON.stringify(viewReport(report))).toContain('"code":"SOURCE.TABLE_NOT_FOUND"');

    const asked = { config, limit: 1, all: false };
    const runs = await readStatus(status, asked);
    const [stored] = runs;
    if (stored === undefined) throw new Error('one run');
    const text = plain(formatRun(stored, 200)).join('\n');
    expect(text).toMatch(/ORDERS → \S+ +completed .* 1,000 /);
    expect(text).toMatch(/NO_SUCH: SOURCE\.TABLE_NOT_FOUND: [^]*\n {2}Fix: Check its name/);
    expect(plain(formatRuns({ runs }, 200))[1]).toMatch(/ partial .* 1\/2 +1,000 +sales$/);
    const sources = config.sources.map((one) => ({ ...one, target_pg_schema: 'elsewhere' }));
    const other = { ...config, sources };
    expect(await readStatus(status, { ...asked, config: other })).toEqual([]);
    expect(await readStatus(status, { ...asked, config: other, all: true })).toHaveLength(1);
  });
});

describe('P4: Ctrl-C stops cleanly and the same command goes on', () => {
  it('the stopped run says so; the next one resumes it and reads no chunk twice', async () => {
    const { config, source, target, status } = start();
    const opened: string[] = [];
    let stopAt = 3;
    const stopping: typeof source = {
      ...source,
      open(table, chunk, context) {
        opened.push(chunk.id);
        if (opened.length === stopAt) process.emit('SIGINT', 'SIGINT');
        return source.open(table, chunk, context);
      },
    };
    const migration = {
      config: { ...config, parallel_threads: 1 },
      jobs: resolveTables(config, { tables: ['ORDERS'] }),
      resume: { mode: 'auto', maxAgeHours: 1 },
      flags: { 'log-level': 'silent' },
    } as const;
    const first = await migrateWith(migration, { source: stopping, target, status });
    expect(first).toMatchObject({ status: 'partial', stopped: true });
    expect(exitCodeOfReport(first)).toBe(3);
    expect(first.rows).toBeLessThan(1000);

    const { jobs, resume } = migration;
    const next = async (asked = jobs) =>
      [...(await lookBackIn(status, { config, jobs: asked, resume })).values()][0];
    expect(await next()).toEqual({
      run: first.run,
      does: 'resume',
      because: '2 of 4 chunks are loaded',
    });
    expect(await next(jobs.map((job) => ({ ...job, hash: 'edited' })))).toMatchObject({
      does: 'replan',
    });

    const before = new Set(opened.slice(0, 2));
    opened.length = 0;
    stopAt = -1;
    const second = await migrateWith(migration, { source: stopping, target, status });
    expect(second).toMatchObject({
      run: first.run,
      resumed: true,
      status: 'completed',
      rows: 1000,
    });
    expect(opened.filter((chunk) => before.has(chunk))).toEqual([]);
    expect(await next()).toBeUndefined();
  });

  it.each([
    ['SOURCE.SNAPSHOT_GONE: too old', 'anew', 'anew'],
    ['TARGET.PRIVILEGE: may not write', 'retry', 'done'],
    ['a chunk failed: SOURCE.NETWORK: no answer', 'resume', 'done'],
  ])('plan says what becomes of a run that ended with %s', async (error, does, ofOther) => {
    const { config, status } = start();
    const jobs = resolveTables(config);
    const [completed, failed] = jobs;
    if (failed === undefined || completed === undefined) throw new Error('two tables');
    const sourceNames = ['sales'];
    const state = await status.openRun({
      ...runHashes(config, jobs),
      sourceNames,
      tables: jobs,
      owner: 'me',
      resume: { mode: 'never' },
    });
    await status.recordTable(state.id, failed.key, { type: 'failed', error });
    await status.recordTable(state.id, completed.key, { type: 'completed' });
    await status.closeRun(state.id, 'partial');
    const resume = { mode: 'auto', maxAgeHours: 1 } as const;
    const next = await lookBackIn(status, { config, jobs, resume });
    expect(next.get(failed.key)).toMatchObject({ run: state.id, does });
    expect(next.get(completed.key)).toMatchObject({ does: ofOther });
    const text = viewPlan(jobs.map((job) => ({ job, next: next.get(job.key)! })));
    expect(text.tables.flatMap((table) => formatTablePlan(table, 100)).join('\n')).toContain(
      `in run ${state.id}`.slice(3),
    );
  });

  it('plan says that a table which was completed, and emptied since, is loaded again', async () => {
    const { config, source, target, status } = start();
    const jobs = resolveTables(config);
    const resume = { mode: 'auto', maxAgeHours: 1 } as const;
    const migration = { config, jobs, resume, flags: { 'log-level': 'silent' } } as const;
    const first = await migrateWith(migration, { source, target, status });
    expect(first.status).toBe('partial');
    const planned = async () => {
      const next = await lookBackIn(status, { config, jobs, resume });
      const using = { source, target, context: testContext(), whole: true, next };
      return (await planTables(jobs, using))[0]?.next;
    };
    expect(await planned()).toMatchObject({ run: first.run, does: 'done' });
    const orders = jobs[0]!.target;
    target.database.createTable(orders, target.database.schema(orders)!.columns);
    expect(await planned()).toMatchObject({
      run: first.run,
      does: 'replan',
      because: expect.stringContaining('emptied'),
    });
    const second = await migrateWith(migration, { source, target, status });
    expect(second.tables[0]).toMatchObject({ status: 'completed', rows: 1000 });
  });
});
