import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnowflakeSqlEngine } from '../../src/create-sql-engine.ts';
import { openEngine, openSession, type TestSession } from './open-session.ts';

let engine: SnowflakeSqlEngine;
let session: TestSession;
let directory: string;
beforeAll(async () => {
  engine = await openEngine();
  session = await openSession(engine);
  directory = await mkdtemp(join(tmpdir(), 'load-file-'));
});
afterAll(async () => {
  await engine.close();
  await rm(directory, { recursive: true });
});

describe('a session', () => {
  it('renders by its parameters, and forgets them on UNSET', async () => {
    await session.run(
      "ALTER SESSION SET TIMEZONE = 'America/New_York', DATE_OUTPUT_FORMAT = 'DD/MM/YYYY'",
    );
    const rows =
      "SELECT TO_VARCHAR('2024-07-01 12:00:00 +0000'::TIMESTAMP_LTZ), '2024-07-01'::DATE::VARCHAR";
    expect(await session.run(rows)).toEqual([['2024-07-01 08:00:00.000 -0400', '01/07/2024']]);
    await session.run('ALTER SESSION UNSET DATE_OUTPUT_FORMAT');
    await session.run("ALTER SESSION SET TIMEZONE = 'UTC'");
    expect(await session.run(rows)).toEqual([['2024-07-01 12:00:00.000 Z', '2024-07-01']]);
    expect(await session.failure("ALTER SESSION SET TIMEZONE = 'Nowhere'")).toMatch(/^001008: /);
  });

  it('needs a database for a bare name', async () => {
    const bare = await engine.openSession({ user: 'x', database: 'missing' });
    expect(bare.state.database).toBeUndefined();
    const run = bare.execute(
      { queryId: randomUUID(), sql: 'SELECT * FROM t' },
      new AbortController().signal,
    );
    await expect(run).rejects.toMatchObject({ code: '090105', sqlState: '22000' });
    await bare.close();
  });

  it('stops a running query when told, with 000604', async () => {
    const slow = await engine.openSession({ user: 'x', database: 'D' });
    const stop = new AbortController();
    const sql =
      'SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 3000000)) a, TABLE(GENERATOR(ROWCOUNT => 3000000)) b WHERE UNIFORM(1, 2, RANDOM()) = 1';
    const run = slow.execute({ queryId: randomUUID(), sql }, stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(run).rejects.toMatchObject({ code: '000604' });
    await slow.close();
  });

  it('ends a statement at its timeout, with 000630', async () => {
    const slow = await openSession(engine);
    await slow.run('ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1');
    expect(
      await slow.failure(
        'SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 3000000)) a, TABLE(GENERATOR(ROWCOUNT => 3000000)) b WHERE UNIFORM(1, 2, RANDOM()) = 1',
      ),
    ).toMatch(/^000630: /);
    await slow.close();
  });

  it('several sessions write one table at once, and no row is lost', async () => {
    await session.run('CREATE TABLE many (id INT, n INT)');
    await session.run('INSERT INTO many VALUES (0, 0)');
    const others = await Promise.all([1, 2, 3, 4].map(() => openSession(engine)));
    await Promise.all(
      others.flatMap((other, i) => [
        other.run(`INSERT INTO many VALUES (${i + 1}, 1)`),
        other.run('UPDATE many SET n = n + 1 WHERE id = 0'),
      ]),
    );
    expect(await session.run('SELECT COUNT(*), SUM(n) FROM many')).toEqual([['5', '8']]);
    await Promise.all(others.map((other) => other.close()));
  });

  it('splits a text of several statements at semicolons that are none of strings or comments', async () => {
    const opened = await engine.openSession({ user: 'x' });
    expect(opened.split("SELECT ';' ; -- a;b\n SELECT $$;$$; ;")).toEqual([
      "SELECT ';'",
      'SELECT $$;$$',
    ]);
    await opened.close();
  });
});

describe('loadFile', () => {
  it('makes a table of any types from CSV, and time travel knows its creation', async () => {
    const file = join(directory, 'rows.csv');
    await writeFile(file, 'id,name,seen,j\n1,a,2024-01-02 03:04:05.678901,"{""k"": 1.50}"\n2,,,\n');
    const rows = await engine.loadFile({
      database: 'D',
      schema: 'LOADED',
      table: 'rows x',
      file,
      format: 'csv',
      columns: [
        { name: 'ID', type: 'NUMBER(38,0)' },
        { name: 'Name', type: 'VARCHAR(10)', expression: 'name' },
        { name: 'SEEN', type: 'TIMESTAMP_NTZ(9)' },
        { name: 'DAY', type: 'DATE', expression: 'CAST(seen AS DATE)' },
      ],
    });
    expect(rows).toBe(2);
    expect(
      await session.run('SELECT id, "Name", seen, day FROM loaded."rows x" ORDER BY id'),
    ).toEqual([
      ['1', 'a', '1704164645.678901000', '19724'],
      ['2', null, null, null],
    ]);
    expect(
      await session.run(
        'SELECT COUNT(*) FROM d.loaded."rows x" AT(TIMESTAMP => CURRENT_TIMESTAMP())',
      ),
    ).toEqual([['2']]);
  });
});
