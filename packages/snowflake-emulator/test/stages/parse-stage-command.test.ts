import { describe, expect, test } from 'vitest';

import { nestedOptions } from '../../src/stages/option-list.ts';
import { parseStageCommand } from '../../src/stages/parse-stage-command.ts';
import type { UnloadCommand } from '../../src/stages/stage-command.ts';

describe('COPY INTO a stage', () => {
  test('the path, the query and the options of a segment unload', () => {
    const command = parseStageCommand(`
      COPY INTO @db."My Schema".st/run-1/T%20x/part=2024-01-01/seg_3/
      FROM (SELECT 'a)' || "x)" || $$)$$ /* ) */ FROM t AT(TIMESTAMP => '2024-01-01'::TIMESTAMP_LTZ) -- )
      )
      FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP FIELD_DELIMITER = NONE NULL_IF = ()
                     RECORD_DELIMITER = '\\n')
      MAX_FILE_SIZE = 67108864 INCLUDE_QUERY_ID = TRUE DETAILED_OUTPUT = TRUE;`);
    expect(command).toMatchObject({
      kind: 'unload',
      location: {
        kind: 'named',
        name: ['DB', 'My Schema', 'ST'],
        path: 'run-1/T%20x/part=2024-01-01/seg_3/',
      },
    });
    const { query, options } = command as UnloadCommand;
    expect(query.startsWith(`SELECT 'a)' || "x)" || $$)$$ /* ) */ FROM t AT(`)).toBe(true);
    expect(query.trimEnd().endsWith('::TIMESTAMP_LTZ) -- )')).toBe(true);
    expect(options.get('MAX_FILE_SIZE')).toEqual({ kind: 'number', text: '67108864' });
    const csv = nestedOptions(options, 'FILE_FORMAT')!;
    expect(csv.get('NULL_IF')).toEqual({ kind: 'list', items: [] });
    expect(csv.get('RECORD_DELIMITER')).toEqual({ kind: 'string', text: '\n' });
  });

  test('a table instead of a query, a location in quotes with spaces', () => {
    expect(parseStageCommand(`copy into '@~/my files/a b' from db.s."t 1"`)).toMatchObject({
      kind: 'unload',
      location: { kind: 'user', path: 'my files/a b' },
      query: 'SELECT * FROM db.s."t 1"',
    });
  });

  test('an external location and PARTITION BY are refused', () => {
    expect(() => parseStageCommand(`COPY INTO 's3://b/p' FROM t`)).toThrow(/Unsupported feature/);
    expect(() => parseStageCommand('COPY INTO @s FROM t PARTITION BY (a)')).toThrow(/PARTITION BY/);
  });

  test('PARTITION BY after an option is a syntax error at the BY, as Snowflake says it', () => {
    expect(() =>
      parseStageCommand(`COPY INTO @ust/u29/ FROM ut SINGLE = TRUE PARTITION BY ('p')`),
    ).toThrow("syntax error line 1 at position 42 unexpected 'PARTITION'.");
  });
});

describe('COPY INTO a table', () => {
  test('names, columns and options', () => {
    expect(parseStageCommand(`COPY INTO t (a, "b") FROM @%t/x FILES = ('1', '2')`)).toMatchObject({
      kind: 'load',
      table: ['T'],
      columns: ['A', 'b'],
      location: { kind: 'table', name: ['T'], path: 'x' },
    });
  });
});

describe('stages and file formats', () => {
  test('CREATE STAGE', () => {
    const command = parseStageCommand(
      `CREATE OR REPLACE TEMP STAGE IF NOT EXISTS "a b".s
       ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE') DIRECTORY = (ENABLE = TRUE), COMMENT = 'it''s'`,
    );
    expect(command).toMatchObject({
      kind: 'create',
      object: 'STAGE',
      orReplace: true,
      temporary: true,
      ifNotExists: true,
      name: ['a b', 'S'],
    });
  });

  test('ALTER, DROP, DESCRIBE, SHOW', () => {
    expect(parseStageCommand('alter stage if exists s rename to d.s.t')).toMatchObject({
      ifExists: true,
      renameTo: ['D', 'S', 'T'],
    });
    expect(parseStageCommand('DROP FILE FORMAT IF EXISTS f')).toMatchObject({
      object: 'FILE FORMAT',
      name: ['F'],
    });
    expect(parseStageCommand('DESC STAGE d..s')).toMatchObject({ name: ['D', 'PUBLIC', 'S'] });
    expect(parseStageCommand(`SHOW STAGES LIKE 'a%' IN SCHEMA d.s`)).toMatchObject({
      like: 'a%',
      scope: ['D', 'S'],
    });
  });

  test('other objects are not of this folder', () => {
    expect(parseStageCommand('CREATE OR REPLACE TABLE t (a INT)')).toBeUndefined();
    expect(parseStageCommand('SHOW TABLES')).toBeUndefined();
    expect(parseStageCommand('SELECT 1')).toBeUndefined();
  });
});

describe('files', () => {
  test('LIST and REMOVE with a pattern', () => {
    expect(parseStageCommand(`ls @~/a//b PATTERN='.*[.]gz'`)).toMatchObject({
      kind: 'list',
      location: { kind: 'user', path: 'a//b' },
      pattern: '.*[.]gz',
    });
    expect(parseStageCommand('RM @s.%t/123_abc/4e5.csv.gz')).toMatchObject({
      kind: 'remove',
      location: { kind: 'table', name: ['S', 'T'], path: '123_abc/4e5.csv.gz' },
    });
  });

  test('PUT and GET with and without quotes', () => {
    expect(
      parseStageCommand(`PUT file:///tmp/a/data*.csv @%"t 1"/x OVERWRITE = TRUE`),
    ).toMatchObject({
      kind: 'put',
      localPath: '/tmp/a/data*.csv',
      location: { name: ['t 1'], path: 'x' },
    });
    expect(parseStageCommand(`GET @s/p 'file:///tmp/a b/' PARALLEL = 2`)).toMatchObject({
      kind: 'get',
      localPath: '/tmp/a b/',
      location: { name: ['S'], path: 'p' },
    });
  });

  test.each(['LIST', 'LIST s', 'PUT /tmp/x @s', 'LIST @s garbage', `LIST '@s`])(
    '%s is a syntax error',
    (sql) => {
      expect(() => parseStageCommand(sql)).toThrow(expect.objectContaining({ code: '001003' }));
    },
  );
});
