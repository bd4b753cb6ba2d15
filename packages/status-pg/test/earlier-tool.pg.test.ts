import { readFileSync } from 'node:fs';

import { psqlStatements } from '@snowmelt/testkit/postgres';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { dumpSchema } from './support/dump-schema.ts';
import { ageEarlierTool, runEarlierTool } from './support/earlier-tool.ts';
import { loads, openStore, query, request, table } from './support/open-store.ts';

const wayBack = readFileSync(
  new URL('../../../sql/status/down/earlier_tool.sql', import.meta.url),
  'utf8',
);

/** A run of ours that is done, one source table into two targets. */
async function runSnowmelt(database: TestDatabase, upgradeEarlierTool = false): Promise<string> {
  await using store = openStore(database, { upgradeEarlierTool });
  await store.migrate();
  const target = { database: 'dst', schema: 'public', name: 'b' };
  const tables = [table('a'), table('a', { key: 's/a to b', target })];
  const { id } = await store.openRun(request({ tables }));
  for (const { key } of tables) {
    await store.addChunks(id, key, loads(1));
    await store.recordTable(id, key, { type: 'completed' });
  }
  await store.closeRun(id, 'completed');
  return id;
}

describe('a status schema that the earlier tool works in', () => {
  it('P8: is not touched before somebody says so, and the refusal has both ways on', async () => {
    await using database = await testDatabase();
    await runEarlierTool(database);
    const before = await dumpSchema(database);
    await expect(runSnowmelt(database)).rejects.toMatchObject({
      code: 'STATUS.SCHEMA',
      message: expect.stringContaining('it fails once Snowmelt has upgraded the schema') as string,
      fix: expect.stringMatching(
        /status_tracking_database.*--upgrade-status-schema.*down\/earlier_tool\.sql/,
      ) as string,
    });
    expect(await dumpSchema(database)).toBe(before);
    await runEarlierTool(database);
  });

  it('is upgraded where somebody says so, and the earlier tool does fail then', async () => {
    await using database = await testDatabase();
    const old = await runEarlierTool(database);
    await runSnowmelt(database, true);
    await runSnowmelt(database);
    await using store = openStore(database);
    expect(await store.summary(old)).toMatchObject({ status: 'completed', rows: 7 });
    await expect(runEarlierTool(database)).rejects.toThrow('cannot drop columns from view');
  });

  it('P8: is upgraded where the earlier tool has long been away, which is told before', async () => {
    await using database = await testDatabase();
    await runEarlierTool(database);
    await ageEarlierTool(database, '169 hours');
    const told: string[] = [];
    const onUpgrade = ({ message, fix }: { message: string; fix: string }) =>
      told.push(`${message}. ${fix}`);
    await using store = openStore(database, { onUpgrade });
    await store.migrate();
    await store.migrate();
    expect(told).toEqual([
      expect.stringMatching(/the earlier tool fails there from then on.*down\/earlier_tool\.sql/),
    ]);
    await runSnowmelt(database);
  });

  it('check says what the first run would do, and changes nothing', async () => {
    await using database = await testDatabase();
    await using store = openStore(database);
    await runEarlierTool(database);
    const need = { least: 4, parallelThreads: 1, databases: {} };
    const before = await dumpSchema(database);
    const told = async () => (await store.check?.(need))?.map(({ severity }) => severity);
    expect(await told()).toEqual(['error']);
    await ageEarlierTool(database, '169 hours');
    expect(await told()).toEqual(['warning']);
    expect(await dumpSchema(database)).toBe(before);
  });
});

describe('sql/status/down/earlier_tool.sql', () => {
  it('brings the schema of the earlier tool back, with its rows and without ours', async () => {
    await using fresh = await testDatabase();
    await runEarlierTool(fresh);
    await using database = await testDatabase();
    const old = await runEarlierTool(database);
    const ours = await runSnowmelt(database, true);

    await query(database, `BEGIN; ${wayBack}; COMMIT`);
    const again = await runEarlierTool(database);
    const runs = await query(
      database,
      'SELECT run_id FROM migration_status.migration_runs ORDER BY started_at',
    );
    expect(runs).toEqual([{ run_id: old }, { run_id: again }]);
    const chunks = await query(
      database,
      'SELECT chunk_id, rows_copied::int AS rows FROM migration_status.migration_chunk_status',
    );
    expect(chunks).toEqual([
      { chunk_id: 0, rows: 7 },
      { chunk_id: 0, rows: 7 },
    ]);
    expect(
      await query(database, 'SELECT run_id FROM migration_status_snowmelt.migration_runs'),
    ).toEqual([{ run_id: ours }]);
    expect(keysOf(await dumpSchema(database))).toEqual(keysOf(await dumpSchema(fresh)));
  });

  it('the way leads there and back again', async () => {
    await using database = await testDatabase();
    await runEarlierTool(database);
    await runSnowmelt(database, true);
    await query(database, `BEGIN; ${wayBack}; COMMIT`);
    await expect(runSnowmelt(database)).rejects.toMatchObject({ code: 'STATUS.SCHEMA' });
    await runSnowmelt(database, true);
  });

  it('is refused while a run of ours is at work', async () => {
    await using database = await testDatabase();
    await runEarlierTool(database);
    await using store = openStore(database, { upgradeEarlierTool: true });
    await store.migrate();
    await store.openRun(request());
    await expect(query(database, `BEGIN; ${wayBack}; COMMIT`)).rejects.toThrow('is at work');
  });

  it('is a file for psql', () => {
    expect(psqlStatements(wayBack).length).toBeGreaterThan(10);
  });
});

/** Columns and keys, without checks and NOT NULL: what statements of the tool can tell apart. */
function keysOf(dump: string): readonly string[] {
  return dump
    .split('\n')
    .filter((line) => /^column|PRIMARY KEY|FOREIGN KEY/.test(line) && !line.includes('INDEX'))
    .map((line) =>
      line
        .replace(/ NOT NULL| DEFAULT .*/g, '')
        .replace(/character varying\(\d+\)/, 'text')
        .replace(/rows_copied integer/, 'rows_copied bigint')
        .replace(/^constraint (\S+)\.\S+/, 'constraint $1'),
    )
    .filter((line) => !/column migration_chunk_status\.(source_name|target_\w+) /.test(line))
    .sort();
}
