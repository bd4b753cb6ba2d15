import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { SqlEngine } from '../../src/engine/contract.ts';
import { openEngine } from './engine-fixture.ts';
import type { TestSession } from './engine-fixture.ts';

let engine: SqlEngine;
let session: TestSession;

beforeAll(async () => {
  ({ engine, session } = await openEngine());
  // A presigned path is the path of the file under the stage root: good enough to read it here.
  engine.presign = (path) => join(engine.stageRoot, path);
  await session.run(`CREATE STAGE st ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`);
  await session.run('CREATE TABLE ut (a INTEGER, b VARCHAR)');
  await session.run(`INSERT INTO ut VALUES (1, 'x'), (2, 'y')`);
});
afterAll(() => engine.close());

/** The bytes behind GET_PRESIGNED_URL. */
async function fetched(stage: string, path: string): Promise<Buffer> {
  const [[url] = []] = await session.rows(`SELECT GET_PRESIGNED_URL(${stage}, '${path}', 60)`);
  return readFile(url ?? '');
}

const unpacked = async (path: string) => gunzipSync(await fetched('@st', path)).toString();

const LINES = `FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP FIELD_DELIMITER = NONE
  FIELD_OPTIONALLY_ENCLOSED_BY = NONE ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = ()
  EMPTY_FIELD_AS_NULL = FALSE RECORD_DELIMITER = '\\n')`;

describe('an unload of one VARCHAR line a row', () => {
  const ROWS = 20_000;
  beforeAll(async () => {
    await session.run('CREATE TABLE lines (i INTEGER, t VARCHAR)');
    await session.run(
      `INSERT INTO lines SELECT SEQ4(), 'é "q" \\\\ , ' || SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => ${ROWS}))`,
    );
  });

  test('gives every line once, byte for byte, in several files that DETAILED_OUTPUT counts', async () => {
    const [[now] = []] = await session.rows('SELECT CURRENT_TIMESTAMP()::VARCHAR');
    const copy = await session.run(`COPY INTO @d.s.st/run-1/LINES/seg_0/
      FROM (SELECT i || ',"' || REPLACE(t, '"', '""') || '"' FROM lines
            AT(TIMESTAMP => '${now}'::TIMESTAMP_LTZ) WHERE i >= 0)
      ${LINES} MAX_FILE_SIZE = 100000 INCLUDE_QUERY_ID = TRUE DETAILED_OUTPUT = TRUE`);
    expect(copy.columns).toEqual(['FILE_NAME', 'FILE_SIZE', 'ROW_COUNT']);
    expect(copy.rows.length).toBeGreaterThan(1);
    const seen: string[] = [];
    for (const [name, size, count] of copy.rows) {
      expect(name).toMatch(new RegExp(`^data_${copy.queryId}_000_\\d+_\\d+\\.csv\\.gz$`));
      const bytes = await fetched('@st', `run-1/LINES/seg_0/${name}`);
      expect(String(bytes.length)).toBe(size);
      const lines = gunzipSync(bytes).toString().split('\n');
      expect(lines.pop()).toBe('');
      expect(String(lines.length)).toBe(count);
      seen.push(...lines);
    }
    const expected = Array.from({ length: ROWS }, (_, i) => `${i},"é ""q"" \\ , ${i}"`);
    expect(seen.toSorted()).toEqual(expected.toSorted());
  });

  test('LIST shows the same files with their size and MD5, REMOVE takes them away', async () => {
    await session.run(`COPY INTO @st/run-2/ FROM (SELECT t FROM lines) ${LINES}`);
    const listed = await session.run('LIST @st/run-2/');
    expect(listed.columns).toEqual(['name', 'size', 'md5', 'last_modified']);
    expect(listed.rows[0]?.[0]).toBe('st/run-2/data_0_0_0.csv.gz');
    expect(listed.rows[0]?.[2]).toMatch(/^[0-9a-f]{32}$/);
    const removed = await session.run(`REMOVE @st/run-2 PATTERN = '.*data_0_0_0.*'`);
    expect(removed.rows).toEqual([['st/run-2/data_0_0_0.csv.gz', 'removed']]);
    expect(await session.rows('LIST @st/run-2/')).toHaveLength(listed.rows.length - 1);
  });

  test('NULL with NULL_IF = () is an empty line', async () => {
    await session.run(
      `COPY INTO @st/nul/ FROM (SELECT NULLIF(b, 'x') FROM ut ORDER BY a) ${LINES}`,
    );
    expect(await unpacked('nul/data_0_0_0.csv.gz')).toBe('\ny\n');
  });
});

describe('an unload of columns', () => {
  test('every type as its text', async () => {
    await session.run(`COPY INTO @st/types/ FROM (
        SELECT 12.50::NUMBER(10,2), 3.14159265358979::FLOAT, TRUE, '2024-01-31'::DATE,
               '2024-01-31 10:11:12.123456789'::TIMESTAMP_NTZ, 'a,"b"', TO_BINARY('00ff', 'HEX'),
               PARSE_JSON('{"k":[1,"x"]}'), NULL::VARCHAR, NULL::INTEGER)
      FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '"' NULL_IF = ()
        TIMESTAMP_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.FF9')`);
    expect(await unpacked('types/data_0_0_0.csv.gz')).toBe(
      '12.50,3.141592654,true,2024-01-31,2024-01-31T10:11:12.123456789,"a,""b""",00FF,"{""k"":[1,""x""]}",,\n',
    );
  });

  test('the defaults: gzip, the bytes before and after it in the summary', async () => {
    const copy = await session.run('COPY INTO @st/u1/ FROM ut');
    expect(copy.columns).toEqual(['rows_unloaded', 'input_bytes', 'output_bytes']);
    expect(copy.rows).toEqual([['2', '8', '28']]);
    expect(await unpacked('u1/data_0_0_0.csv.gz')).toBe('1,x\n2,y\n');
  });

  test('HEADER, NONE and ZSTD', async () => {
    await session.run(
      `COPY INTO @st/u2/ FROM ut HEADER = TRUE FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)`,
    );
    expect((await fetched('@st', 'u2/data_0_0_0.csv')).toString()).toBe('A,B\n1,x\n2,y\n');
    await session.run('COPY INTO @st/u3/ FROM ut FILE_FORMAT = (TYPE = CSV COMPRESSION = ZSTD)');
    const bytes = await fetched('@st', 'u3/data_0_0_0.csv.zst');
    expect(zstdDecompressSync(bytes).toString()).toBe('1,x\n2,y\n');
  });

  test('SINGLE writes exactly the named file', async () => {
    await session.run('COPY INTO @st/u7/out.csv FROM ut SINGLE = TRUE');
    const [row] = await session.rows('LIST @st/u7');
    expect(row?.slice(0, 2)).toEqual(['st/u7/out.csv', '28']);
  });

  test('the formats of the stage, and formats by name', async () => {
    await session.run(
      `CREATE FILE FORMAT piped TYPE = CSV FIELD_DELIMITER = '|' COMPRESSION = NONE`,
    );
    await session.run(`CREATE STAGE pst ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE') FILE_FORMAT = piped`);
    await session.run('COPY INTO @pst/a FROM ut SINGLE = TRUE');
    expect((await fetched('@pst', 'a')).toString()).toBe('1|x\n2|y\n');
    await session.run(
      `COPY INTO @st/named FROM ut SINGLE = TRUE FILE_FORMAT = (FORMAT_NAME = 'd.s.piped')`,
    );
    expect((await fetched('@st', 'named')).toString()).toBe('1|x\n2|y\n');
  });

  test('no rows make no file', async () => {
    const copy = await session.run('COPY INTO @st/none/ FROM (SELECT * FROM ut WHERE FALSE)');
    expect(copy.rows).toEqual([['0', '0', '0']]);
    expect(await session.rows('LIST @st/none')).toEqual([]);
  });
});

describe('refusals', () => {
  test('files that exist, unless OVERWRITE says so', async () => {
    await session.run('COPY INTO @st/occ/ FROM ut');
    await expect(session.run('COPY INTO @st/occ/ FROM ut')).rejects.toThrow(
      'Files already existing at the unload destination: @st/occ/. Use overwrite option to force unloading.',
    );
    await session.run(`COPY INTO @st/occ/ FROM (SELECT 7) OVERWRITE = TRUE`);
    expect(await unpacked('occ/data_0_0_0.csv.gz')).toBe('7\n');
    // With the query's id in the names nothing collides.
    await session.run('COPY INTO @st/occ/ FROM ut INCLUDE_QUERY_ID = TRUE');
  });

  test.each([
    ['COPY INTO @nost/x FROM ut', '002003', "Stage 'D.S.NOST' does not exist or not authorized."],
    ['COPY INTO @st/refused/ FROM nosuch', '002003', 'NOSUCH'],
    [
      'COPY INTO @st/refused/ FROM ut SINGLE = MAYBE',
      '001008',
      "invalid value [MAYBE] for parameter 'SINGLE'",
    ],
    ['COPY INTO @st/refused/ FROM ut MAX_FILE_SIZE = -1', '001008', 'invalid value [-1]'],
    ['COPY INTO @st/refused/ FROM ut NO_SUCH_OPT = 1', '001006', "invalid parameter 'NO_SUCH_OPT'"],
    ['COPY INTO @st/refused/ FROM ut VALIDATION_MODE = RETURN_ROWS', '001008', 'VALIDATION_MODE'],
    [
      'COPY INTO @st/refused/ FROM ut SINGLE = TRUE INCLUDE_QUERY_ID = TRUE',
      '000002',
      'INCLUDE_QUERY_ID',
    ],
    [
      'COPY INTO @st/refused/ FROM ut OVERWRITE = TRUE INCLUDE_QUERY_ID = TRUE',
      '000002',
      'INCLUDE_QUERY_ID',
    ],
    [`COPY INTO @st/refused/ FROM (SELECT '')`, '100093', 'Cannot unload empty string'],
    [`CREATE STAGE ext URL = 's3://bucket/path' ENDPOINT = 'e'`, '000002', 'external stages'],
  ])('%s', async (sql, code, message) => {
    await expect(session.run(sql)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(await session.rows('LIST @st/refused')).toEqual([]);
  });

  test('an unload that is cancelled leaves nothing', async () => {
    const abort = new AbortController();
    const copying = session.run(
      `COPY INTO @st/cancelled/ FROM (SELECT a.i || b.t FROM lines a, lines b) ${LINES}`,
      abort.signal,
    );
    setTimeout(() => abort.abort(), 300);
    await expect(copying).rejects.toMatchObject({ code: '000604' });
    expect(await session.rows('LIST @st/cancelled')).toEqual([]);
    expect(await readdir(join(engine.stageRoot, 'unloading'))).toEqual([]);
    expect(await session.rows('SELECT COUNT(*) FROM ut')).toEqual([['2']]);
  });
});

describe('GET_PRESIGNED_URL', () => {
  test('on a stage with client-side encryption it gives cipher text', async () => {
    await session.run('CREATE STAGE full_st');
    await session.run(
      'COPY INTO @full_st/p FROM ut SINGLE = TRUE FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)',
    );
    const bytes = await fetched('@full_st', 'p');
    expect(bytes).toHaveLength(16);
    expect(bytes.toString('latin1')).not.toContain('1,x');
    await session.run('COPY INTO @~/p FROM ut SINGLE = TRUE');
    expect(() => gunzipSync(Buffer.from(bytes))).toThrow();
  });

  test('never leaves the stage, whatever the path says', async () => {
    const [[url] = []] = await session.rows(
      `SELECT GET_PRESIGNED_URL(@st, '../../../../../etc/passwd')`,
    );
    expect(url?.startsWith(engine.stageRoot)).toBe(true);
    await expect(stat(url ?? '')).rejects.toThrow(/ENOENT/);
  });

  test('more than seven days are refused', async () => {
    await expect(session.run(`SELECT GET_PRESIGNED_URL(@st, 'x', 604801)`)).rejects.toMatchObject({
      code: '001008',
    });
  });
});

// https://docs.snowflake.com/en/sql-reference/sql/copy-into-location, OVERWRITE
test.each(['SINGLE = TRUE', ''])(
  'files that are there are not written over unless it is said (%s)',
  async (single) => {
    await session.run('CREATE OR REPLACE STAGE over');
    const copy = `COPY INTO @over/x/one FROM ut ${single}`;
    await session.run(copy);
    await expect(session.run(copy)).rejects.toMatchObject({ code: '001030' });
    await session.run(`${copy} OVERWRITE = TRUE`);
  },
);

test('an option of another kind is quoted whole in the refusal', async () => {
  await expect(session.run('COPY INTO @st/x/ FROM ut SINGLE = (TYPE = CSV)')).rejects.toMatchObject(
    {
      code: '001008',
      message: expect.stringContaining("[(TYPE = CSV)] for parameter 'SINGLE'"),
    },
  );
});
