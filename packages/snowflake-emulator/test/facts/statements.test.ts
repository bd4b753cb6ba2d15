import { testFacts, type Expectation, type Fact } from './facts.ts';

const names = 'mlorek/frostlake: DerivedColumnNameTest';
const sales = [
  'CREATE TABLE sales (region VARCHAR, amount NUMBER)',
  "INSERT INTO sales VALUES ('e', 10)",
  'CREATE TABLE q ("lc" VARCHAR)',
];
const named = (sql: string, column: string): Fact => ({
  name: sql,
  setup: sales,
  sql: `SELECT ${sql}`,
  expect: { columns: [column] },
  source: names,
});

testFacts('names of columns', [
  named('amount::int FROM sales', 'AMOUNT::INT'),
  named("upper('a')", "UPPER('A')"),
  named("'x'", "'X'"),
  named('(amount) FROM sales', 'AMOUNT'),
  named('(amount + 1) FROM sales', '(AMOUNT + 1)'),
  named('"lc" FROM q', 'lc'),
  named(`"lc" || 'x' FROM q`, `"LC" || 'X'`),
  named('count(*) AS cnt FROM sales', 'CNT'),
  named('count(*) AS "lower" FROM sales', 'lower'),
  named('amount+1 FROM sales UNION ALL SELECT amount+2 FROM sales', 'AMOUNT+1'),
  named('$2 FROM sales', '$2'),
]);

const driver = (file: string): string =>
  `snowflakedb/snowflake-connector-nodejs: test/integration/${file}`;
const fact = (sql: string, expect: Expectation, file: string, setup: string[] = []): Fact => ({
  name: sql,
  setup,
  sql,
  expect,
  source: driver(file),
});
const tb = 'CREATE TABLE tb (a STRING, b NUMBER)';

testFacts('statements of the drivers’ own tests', [
  fact('INSERT INTO tb VALUES (:1, :2)', { error: { code: '002049' } }, 'testBind.js', [tb]),
  fact('INSERT INTO tb VALUES (?, ?)', { error: { code: '002049' } }, 'testBind.js', [tb]),
  fact("INSERT INTO tb VALUES (3, 'string')", { error: { code: '100038' } }, 'testBind.js', [tb]),
  fact('SELECT * FROM tb ORDER BY 1 LIMIT 1', { rows: [['a', '2']] }, 'testBind.js', [
    tb,
    "INSERT INTO tb VALUES ('b', 3), ('a', 2)",
  ]),
  fact(
    'CREATE OR REPLACE TABLE NodeT (a NUMBER)',
    { columns: ['status'], rows: [['Table NODET successfully created.']] },
    'testExecute.js',
  ),
  fact('CREATE OR REPLACE FILE FORMAT ff TYPE = JSON', { rowCount: 1 }, 'testExecute.js'),
  fact('CREATE OR REPLACE FILE FORMAT ff TYPE = XML', { rowCount: 1 }, 'testExecute.js'),
  fact('TRUNCATE TABLE IF EXISTS nosuch', { rowCount: 1 }, 'testPutGet.js'),
  fact('DROP TABLE IF EXISTS nosuch', { rowCount: 1 }, 'testBind.js'),
  fact(
    'select;',
    {
      error: {
        code: '001003',
        sqlState: '42000',
        messageContains: "syntax error line 1 at position 6 unexpected ';'.",
      },
    },
    '../unit/mock/mock_http_client.js',
  ),
  fact(
    'SELECT COUNT(*) > 0 FROM TABLE(GENERATOR(TIMELIMIT => 1))',
    { value: 'TRUE' },
    'testExecute.js',
  ),
  fact(
    'SELECT RANDSTR(10, RANDOM()) FROM TABLE(GENERATOR(ROWCOUNT => 5))',
    { rowCount: 5 },
    'testStreamRows.js',
  ),
  fact(
    'SELECT LENGTH(RANDSTR(5, 1)), RANDSTR(5, 1) = RANDSTR(5, 1)',
    { rows: [['5', 'TRUE']] },
    'testStreamRows.js',
  ),
  {
    name: 'IDENTIFIER names a table where it is made, filled and read',
    setup: [
      "CREATE OR REPLACE TABLE IDENTIFIER('T') (C1 STRING)",
      "INSERT INTO IDENTIFIER('facts.t') VALUES ('test')",
    ],
    sql: `SELECT IDENTIFIER('c1') FROM IDENTIFIER('"T"')`,
    expect: { value: 'test' },
    source: 'snowflakedb/snowflake-connector-python: test/integ/test_bindings.py',
  },
]);
