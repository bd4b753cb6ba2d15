import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { SqlEngine } from '../../src/engine/contract.ts';
import { placeFile } from '../../src/stages/stage-layout.ts';
import { openEngine, openSession } from './engine-fixture.ts';
import type { Rows, TestSession } from './engine-fixture.ts';

let engine: SqlEngine;
let session: TestSession;

beforeAll(async () => {
  ({ engine, session } = await openEngine());
  await session.run('CREATE TABLE ut (a INTEGER, b VARCHAR)');
  await session.run(`INSERT INTO ut VALUES (1, 'x'), (2, 'y')`);
});
afterAll(() => engine.close());

/** Names and sizes of what LIST shows. */
async function listed(location: string): Promise<Rows> {
  return (await session.rows(`LIST ${location}`)).map((row) => row.slice(0, 2));
}

describe('stages', () => {
  test('names are folded, quoted and qualified', async () => {
    await session.run('CREATE SCHEMA d."My Schema"');
    await session.run('USE SCHEMA d.s');
    await session.run('CREATE STAGE d."My Schema"."st 1"');
    await session.run('COPY INTO @d."My Schema"."st 1"/x/ FROM ut');
    expect(await listed('@D."My Schema"."st 1"')).toEqual([['st 1/x/data_0_0_0.csv.gz', '28']]);
    await expect(session.run('LIST @d."my schema"."st 1"')).rejects.toThrow();
  });

  test('CREATE, IF NOT EXISTS, OR REPLACE: replacing a stage takes its files away', async () => {
    await session.run('CREATE STAGE again');
    await session.run('COPY INTO @again FROM ut');
    await expect(session.run('CREATE STAGE again')).rejects.toMatchObject({ code: '002002' });
    await session.run('CREATE STAGE IF NOT EXISTS again');
    expect(await session.rows('LIST @again')).toHaveLength(1);
    await session.run('CREATE OR REPLACE STAGE again');
    expect(await session.rows('LIST @again')).toEqual([]);
  });

  test('DROP takes the files along; what is gone is 002003', async () => {
    await session.run('CREATE STAGE gone');
    await session.run('COPY INTO @gone FROM ut');
    await session.run('DROP STAGE gone');
    await expect(session.run('LIST @gone')).rejects.toMatchObject({
      code: '002003',
      sqlState: '02000',
    });
    await session.run('DROP STAGE IF EXISTS gone');
    await session.run('CREATE STAGE gone');
    expect(await session.rows('LIST @gone')).toEqual([]);
  });

  test('ALTER renames and keeps the files', async () => {
    await session.run('CREATE STAGE before');
    await session.run('COPY INTO @before FROM ut');
    await session.run('ALTER STAGE before RENAME TO after');
    await session.run(`ALTER STAGE after SET COMMENT = 'here'`);
    expect(await session.rows('LIST @after')).toHaveLength(1);
    const [row] = await session.rows(`SHOW STAGES LIKE 'AFTER'`);
    expect(row).toContain('here');
  });

  test('SHOW says the encryption', async () => {
    await session.run(`CREATE STAGE sse ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`);
    const shown = await session.run(`SHOW STAGES LIKE 'sse'`);
    expect(shown.rows[0]?.[shown.columns.indexOf('type')]).toBe('INTERNAL NO CSE');
  });

  test('a temporary stage belongs to its session and ends with it', async () => {
    const other = await openSession(engine, 'S');
    await other.run('CREATE TEMPORARY STAGE tmp');
    await other.run('COPY INTO @tmp FROM ut');
    await expect(session.run('LIST @tmp')).rejects.toMatchObject({ code: '002003' });
    await session.run('CREATE STAGE tmp');
    expect(await session.rows('LIST @tmp')).toEqual([]);
    expect(await other.rows('LIST @tmp')).toHaveLength(1);
    await other.session.close();
    expect(await session.rows('LIST @tmp')).toEqual([]);
  });

  // https://docs.snowflake.com/en/sql-reference/sql/show-stages
  test('SHOW lists those of a schema', async () => {
    await session.run('CREATE SCHEMA apart');
    await session.run('CREATE STAGE apart.alone');
    await session.run('USE SCHEMA d.s');
    const names = async (scope: string) =>
      (await session.run(`SHOW STAGES ${scope}`)).rows.map((row) => row[1]);
    expect(await names('IN SCHEMA d.apart')).toEqual(['ALONE']);
    expect(await names('')).not.toContain('ALONE');
    await session.run('DROP SCHEMA apart');
  });

  test('users and tables have stages of their own', async () => {
    await session.run('COPY INTO @~/mine/ FROM ut');
    expect(await listed('@~/mine')).toEqual([['mine/data_0_0_0.csv.gz', '28']]);
    await session.run('COPY INTO @%ut/x FROM ut SINGLE = TRUE');
    expect(await listed('@d.s.%ut')).toEqual([['x', '28']]);
    await expect(session.run('LIST @%nosuch')).rejects.toMatchObject({ code: '002003' });
  });
});

describe('file formats', () => {
  test('are made, described, changed and dropped', async () => {
    await session.run(`CREATE FILE FORMAT ff TYPE = CSV FIELD_DELIMITER = '|'`);
    await session.run('ALTER FILE FORMAT ff SET SKIP_HEADER = 1');
    const described = await session.rows('DESCRIBE FILE FORMAT ff');
    expect(described).toContainEqual(['FIELD_DELIMITER', 'String', '|', ',']);
    expect(described).toContainEqual(['SKIP_HEADER', 'String', '1', '0']);
    expect(await session.rows('SHOW FILE FORMATS')).toHaveLength(1);
    await session.run('DROP FILE FORMAT ff');
    await expect(session.run('DESC FILE FORMAT ff')).rejects.toMatchObject({ code: '002003' });
  });
});

describe('COPY INTO a table', () => {
  test('what was unloaded comes back, types and NULL included', async () => {
    await session.run('CREATE TABLE src (i NUMBER(38,2), t VARCHAR, d DATE, b BOOLEAN, v VARIANT)');
    await session.run(
      `INSERT INTO src SELECT 1.50, 'a,"b"', '2024-02-29', TRUE, PARSE_JSON('{"k":1}')`,
    );
    await session.run(`INSERT INTO src SELECT NULL, '', NULL, NULL, NULL`);
    await session.run('CREATE TABLE dst LIKE src');
    const format = `FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"' NULL_IF = ())`;
    await session.run('CREATE STAGE rt');
    await session.run(`COPY INTO @rt/a/ FROM src ${format}`);
    const loaded = await session.run(`COPY INTO dst FROM @rt/a/ ${format}`);
    expect(loaded.rows[0]?.slice(0, 4)).toEqual(['rt/a/data_0_0_0.csv.gz', 'LOADED', '2', '2']);
    expect(await session.rows('SELECT * FROM dst ORDER BY i')).toEqual(
      await session.rows('SELECT * FROM src ORDER BY i'),
    );
    await expect(session.run(`COPY INTO dst FROM @rt/a/ ${format}`)).rejects.toThrow(
      /FORCE = TRUE/,
    );
    await session.run(`COPY INTO dst FROM @rt/a/ ${format} FORCE = TRUE`);
    expect(await session.rows('SELECT COUNT(*) FROM dst')).toEqual([['4']]);
  });

  test('a bad row loads nothing at all', async () => {
    await session.run('CREATE TABLE strict (a INTEGER)');
    await session.run('CREATE STAGE bad');
    await session.run(`COPY INTO @bad/1 FROM (SELECT 1) SINGLE = TRUE`);
    await session.run(`COPY INTO @bad/2 FROM (SELECT 'no number') SINGLE = TRUE`);
    await expect(
      session.run('COPY INTO strict FROM @bad FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP)'),
    ).rejects.toThrow();
    expect(await session.rows('SELECT COUNT(*) FROM strict')).toEqual([['0']]);
    await expect(
      session.run('COPY INTO strict FROM @bad ON_ERROR = CONTINUE'),
    ).rejects.toMatchObject({ code: '000002' });
  });
});

// https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
describe('what COPY INTO a table is told of the files', () => {
  const counted = async (table: string) => session.rows(`SELECT * FROM ${table} ORDER BY 1`);
  beforeAll(async () => {
    await session.run('CREATE STAGE told');
    await session.run('COPY INTO @told/in/ FROM ut');
  });

  test('FILES and columns are taken in their order, a named format with its options', async () => {
    await session.run('CREATE FILE FORMAT headed TYPE = CSV SKIP_HEADER = 1');
    await session.run('CREATE TABLE turned (x VARCHAR, y INT)');
    await session.run(
      `COPY INTO turned (y, x) FROM @told/in/ FILES = ('data_0_0_0.csv.gz')
       FILE_FORMAT = (FORMAT_NAME = headed)`,
    );
    expect(await counted('turned')).toEqual([['y', '2']]);
    await session.run('DROP FILE FORMAT headed');
    const missing = `COPY INTO turned FROM @told/in/ FILES = ('nope')`;
    await expect(session.run(missing)).rejects.toMatchObject({ code: '100016' });
    const unknown = 'COPY INTO turned (nope) FROM @told/in/';
    await expect(session.run(unknown)).rejects.toMatchObject({ code: '000002' });
  });

  test('another number of fields is refused, or filled up with NULL where it is said', async () => {
    await session.run('CREATE TABLE three (a INT, b VARCHAR, c INT)');
    const copy = 'COPY INTO three FROM @told/in/ FILE_FORMAT = (TYPE = CSV';
    await expect(session.run(`${copy})`)).rejects.toMatchObject({ code: '100080' });
    await session.run(`${copy} ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)`);
    expect(await counted('three')).toEqual([
      ['1', 'x', null],
      ['2', 'y', null],
    ]);
  });

  test('a file that is not what COMPRESSION says is refused by name, and loads nothing', async () => {
    await session.run('CREATE TABLE whole (a INT, b VARCHAR)');
    await session.run(
      'COPY INTO @told/plain FROM ut SINGLE = TRUE FILE_FORMAT = (COMPRESSION = NONE)',
    );
    await expect(
      session.run('COPY INTO whole FROM @told/plain FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP)'),
    ).rejects.toMatchObject({ code: '000002', message: expect.stringContaining("'plain'") });
    expect(await counted('whole')).toEqual([]);
  });

  // https://docs.snowflake.com/en/sql-reference/data-types-vector
  test('a VECTOR is neither loaded nor unloaded', async () => {
    await session.run('CREATE TABLE vectors (v VECTOR(INT, 2))');
    const load = 'COPY INTO vectors FROM @told/in/ FILE_FORMAT = (FIELD_DELIMITER = NONE)';
    for (const sql of [load, 'COPY INTO @told/v/ FROM vectors'])
      await expect(session.run(sql), sql).rejects.toThrow(/Unsupported .*loading a VECTOR/);
  });
});

test('without a server nothing is presigned', async () => {
  await session.run('CREATE STAGE unheard');
  await expect(session.run("SELECT GET_PRESIGNED_URL(@unheard, 'x')")).rejects.toThrow(
    'no server listens',
  );
});

describe('PUT and GET', () => {
  test('PUT says where the driver may write, and what it writes there is listed', async () => {
    await session.run('CREATE STAGE up');
    const { transfer } = (
      await session.run(`PUT file:///tmp/x/a*.csv @up/in/ AUTO_COMPRESS = FALSE`)
    ).result;
    expect(transfer).toMatchObject({
      command: 'UPLOAD',
      sourceLocations: ['/tmp/x/a*.csv'],
      autoCompress: false,
      overwrite: false,
      sourceCompression: 'auto_detect',
      parallel: 4,
    });
    const directory = join(engine.stageRoot, transfer!.stageDirectory);
    await writeFile(join(directory, 'a1.csv'), '1\n');
    expect(await listed('@up')).toEqual([['up/in/a1.csv', '2']]);
  });

  test('GET names the files under the stage', async () => {
    await session.run('CREATE STAGE down');
    await session.run('COPY INTO @down/u30/ FROM ut');
    const { transfer } = (await session.run('GET @down/u30 file:///tmp/dl/')).result;
    expect(transfer).toMatchObject({
      command: 'DOWNLOAD',
      localLocation: '/tmp/dl/',
      sourceLocations: ['u30/data_0_0_0.csv.gz'],
    });
    const file = join(engine.stageRoot, transfer!.stageDirectory, 'u30/data_0_0_0.csv.gz');
    expect((await readFile(file)).length).toBe(28);
    expect(
      await placeFile(join(engine.stageRoot, transfer!.stageDirectory), 'u30/data_0_0_0.csv.gz'),
    ).toBe(file);
  });
});
