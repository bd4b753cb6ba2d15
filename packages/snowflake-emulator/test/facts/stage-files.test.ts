import { testFacts, type Expectation, type Fact } from './facts.ts';

const table = ['CREATE TABLE ut (a INT, b VARCHAR)', "INSERT INTO ut VALUES (1, 'x'), (2, 'y')"];
const stage = "CREATE STAGE ust ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')";
const surface = 'mlorek/frostlake: CopyUnloadOptionSurfaceTest';
const last = (columns: string): string =>
  `SELECT ${columns} FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))`;
const copy = (path: string, options = ''): string => `COPY INTO @ust/${path} FROM ut ${options}`;

function unload(name: string, before: readonly string[], sql: string, expect: Expectation): Fact {
  return { name, setup: [stage, ...table, ...before], sql, expect, source: surface };
}

const refused = (options: string, message: string): Fact =>
  unload(options, [], copy('r/', options), { error: { messageContains: message } });

testFacts('unloading', [
  unload('counts rows and bytes', [copy('u/')], last('"rows_unloaded", "input_bytes"'), {
    rows: [['2', '8']],
  }),
  unload('names its file', [copy('u/')], "LIST @ust PATTERN = '.*u.*'", {
    value: 'ust/u/data_0_0_0.csv.gz',
    columns: ['name', 'size', 'md5', 'last_modified'],
  }),
  unload('does not go where files are', [copy('u/')], copy('u/'), {
    error: { messageContains: 'Files already existing at the unload destination: @ust/u/.' },
  }),
  unload(
    'without compression',
    [copy('u/', 'FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)')],
    'LIST @ust',
    { value: 'ust/u/data_0_0_0.csv' },
  ),
  unload(
    'under an extension that is asked for',
    [copy('u/', "FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE FILE_EXTENSION = 'dat')")],
    'LIST @ust',
    { value: 'ust/u/data_0_0_0.dat' },
  ),
  unload(
    'with a line of names',
    [copy('u/', 'FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE) HEADER = TRUE')],
    last('"output_bytes"'),
    { value: '12' },
  ),
  unload('with a row a file', [], copy('u/', 'DETAILED_OUTPUT = TRUE'), {
    columns: ['FILE_NAME', 'FILE_SIZE', 'ROW_COUNT'],
    rowCount: 1,
    value: 'data_0_0_0.csv.gz',
  }),
  unload(
    'counts are NUMBER(18,0)',
    [
      copy('u/', 'DETAILED_OUTPUT = TRUE'),
      'CREATE TABLE r AS SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
      'DESCRIBE TABLE r',
    ],
    last('"type"'),
    { rows: [['VARCHAR(16777216)'], ['NUMBER(18,0)'], ['NUMBER(18,0)']] },
  ),
  unload(
    'no rows are no file',
    ['CREATE TABLE ue (a INT)', 'COPY INTO @ust/e/ FROM ue'],
    last('"rows_unloaded", "output_bytes"'),
    { rows: [['0', '0']] },
  ),
  refused("OVERWRITE = 'TRUE'", "invalid value ['TRUE'] for parameter 'OVERWRITE'"),
  refused('MAX_FILE_SIZE = -1', "invalid value [-1] for parameter 'MAX_FILE_SIZE'"),
  refused('NO_SUCH_OPT = 1', "invalid parameter 'NO_SUCH_OPT'"),
  refused('VALIDATION_MODE = RETURN_ERRORS', 'invalid value [RETURN_ERRORS]'),
]);

const single = (path: string): string =>
  `COPY INTO ${path} FROM (SELECT 1 AS x) FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE) SINGLE = TRUE`;
const references = 'mlorek/frostlake: ListStageReferenceTest';
const prefixes = 'mlorek/frostlake: StagePathPrefixTest';
const places = [
  'CREATE STAGE st',
  'CREATE STAGE "MySt"',
  'CREATE TABLE t (x INT)',
  ...['@st/sub/f.csv', '@st/other/g.csv', '@%t/tsub/h.csv', '@"MySt"/q/i.csv'].map(single),
];

function list(command: string, names: readonly string[], before = places): Fact {
  return {
    name: command,
    setup: [...before, command],
    sql: last('"name"'),
    expect: { rows: names.map((name) => [name]) },
    source: before === places ? references : prefixes,
  };
}

const both = ['st/other/g.csv', 'st/sub/f.csv'];
const named = ['@st/f1', '@st/f1.csv', '@st/dir/g', '@st/dir/h.csv', '@st/dirx/k'].map(single);
const flat = ['CREATE STAGE st', ...named];

testFacts('listing and removing', [
  list('LIST @st', both),
  list('LIST @ST', both),
  list('LIST @facts.st', both),
  list('LIST @st/sub/f.csv', ['st/sub/f.csv']),
  list('LIST @st/nothing', []),
  list('LIST @"MySt"', ['myst/q/i.csv']),
  list('LIST @%t', ['tsub/h.csv']),
  list("LIST @st PATTERN = '.*sub/f.csv'", ['st/sub/f.csv']),
  list("LIST @st PATTERN = 'st/.*'", []),
  list('REMOVE @st/f1', ['st/f1', 'st/f1.csv'], flat),
  list('REMOVE @st/dir/', ['st/dir/g', 'st/dir/h.csv'], flat),
  list('REMOVE @st/di', ['st/dir/g', 'st/dir/h.csv', 'st/dirx/k'], flat),
  {
    name: 'an unload minds the prefix of its path',
    setup: flat,
    sql: 'COPY INTO @st/di FROM (SELECT 1) FILE_FORMAT = (TYPE = CSV)',
    expect: {
      error: { messageContains: 'Files already existing at the unload destination: @st/di.' },
    },
    source: prefixes,
  },
  ...['LIST', 'REMOVE'].map((verb): Fact => ({
    name: `${verb} of a stage that is not there`,
    sql: `${verb} @nosuch/x`,
    expect: { error: { code: '002003', messageContains: 'does not exist or not authorized.' } },
    source: references,
  })),
]);

const suites = 'mlorek/frostlake: suites ddl-stage-option-surface, dml-copy-into';
const loading = ['CREATE TABLE e (id INT, name VARCHAR)', 'CREATE STAGE my_stage'];
const fact = (name: string, setup: readonly string[], sql: string, expect: Expectation): Fact => ({
  name,
  setup,
  sql,
  expect,
  source: suites,
});

testFacts('stages and loading', [
  fact('SSE', [], "CREATE STAGE so ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')", { rowCount: 1 }),
  fact('DIRECTORY', [], 'CREATE STAGE so DIRECTORY = (ENABLE = TRUE)', { rowCount: 1 }),
  fact('a format', [], 'CREATE STAGE so FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)', {
    rowCount: 1,
  }),
  fact('IF NOT EXISTS', ['CREATE STAGE so'], 'CREATE STAGE IF NOT EXISTS so', { rowCount: 1 }),
  fact('no such property', [], 'CREATE STAGE so NO_SUCH_OPT = 1', {
    error: { messageContains: "invalid property 'NO_SUCH_OPT' for 'STAGE'" },
  }),
  fact('no files', loading, 'COPY INTO e FROM @my_stage', {
    value: 'Copy executed with 0 files processed.',
  }),
  fact('a file that is missing', loading, "COPY INTO e FROM @my_stage FILES = ('f.csv')", {
    error: { messageContains: 'was not found' },
  }),
  fact('no such ON_ERROR', loading, "COPY INTO e FROM @my_stage ON_ERROR = 'BOGUS'", {
    error: { messageContains: "invalid value ['BOGUS'] for parameter 'ON_ERROR'" },
  }),
  {
    name: 'without FROM the files are those of the table’s stage',
    setup: [...loading, "COPY INTO @%e/part FROM (SELECT 1, 'x')", 'COPY INTO e'],
    sql: 'SELECT id, name FROM e',
    expect: { rows: [['1', 'x']] },
    source: 'docs.snowflake.com/en/sql-reference/sql/copy-into-table; the Python connector’s tests',
  },
  {
    name: 'AUTO finds the compression in the file, whatever its name says',
    setup: [
      ...loading,
      "COPY INTO @my_stage/plain.csv.gz FROM (SELECT 1, 'x') FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE) SINGLE = TRUE",
      "COPY INTO @my_stage/packed.csv FROM (SELECT 2, 'y') FILE_FORMAT = (TYPE = CSV COMPRESSION = ZSTD) SINGLE = TRUE",
      'COPY INTO e FROM @my_stage',
    ],
    sql: 'SELECT id, name FROM e',
    expect: {
      rows: [
        ['1', 'x'],
        ['2', 'y'],
      ],
    },
    source: 'docs.snowflake.com/en/sql-reference/sql/copy-into-table, COMPRESSION',
  },
  {
    name: 'a stage goes with its schema',
    setup: [
      'CREATE SCHEMA gone',
      'CREATE STAGE gone.s',
      single('@gone.s/f'),
      'DROP SCHEMA gone',
      'CREATE SCHEMA gone',
    ],
    sql: 'LIST @gone.s',
    expect: { error: { code: '002003' } },
    source: 'docs.snowflake.com/en/sql-reference/sql/drop-schema',
  },
]);
