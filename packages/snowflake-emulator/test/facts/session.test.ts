import { testFacts, type Fact } from './facts.ts';

const travels = 'mlorek/frostlake: TimeTravelTest';
const anchors = 'mlorek/frostlake: TimeTravelStatementAnchorTest';
const events = ['CREATE TABLE events (id INT)', 'INSERT INTO events VALUES (1)'];

const beyond = (clause: string): Fact => ({
  name: `${clause} is before the table`,
  setup: events,
  sql: `SELECT * FROM events ${clause}`,
  expect: {
    error: {
      code: '000707',
      sqlState: '02000',
      messageContains:
        'Time travel data is not available for table EVENTS. The requested time is either beyond the allowed time travel period or before the object creation time.',
    },
  },
  source: travels,
});

const timeTravel: Fact[] = [
  beyond('AT(TIMESTAMP => 1)'),
  beyond('BEFORE(TIMESTAMP => 0)'),
  beyond('AT(TIMESTAMP => 253402300799)'),
  beyond('AT(OFFSET => -86400)'),
  {
    name: 'the future is not there yet, by the words for it',
    setup: events,
    sql: 'SELECT * FROM events AT(TIMESTAMP => DATEADD(hour, 1, CURRENT_TIMESTAMP()))',
    expect: { error: { messageContains: 'Future data is not yet available for table EVENTS.' } },
    source: travels,
  },
  {
    name: 'an OFFSET into the future does not compile',
    setup: events,
    sql: 'SELECT * FROM events AT(OFFSET => 3600)',
    expect: { error: { messageContains: 'Invalid data type [3600] in AT(OFFSET => 3600)' } },
    source: travels,
  },
  {
    name: 'now has what is there',
    setup: events,
    sql: 'SELECT COUNT(*) FROM events AT(TIMESTAMP => CURRENT_TIMESTAMP())',
    expect: { value: '1' },
    source: travels,
  },
  {
    name: 'AT a statement has its own rows',
    setup: [...events, 'SET q = LAST_QUERY_ID()', 'INSERT INTO events VALUES (2)'],
    sql: 'SELECT id FROM events AT(STATEMENT => $q)',
    expect: { rows: [['1']] },
    source: anchors,
  },
  {
    name: 'BEFORE a statement has none of them',
    setup: [...events, 'SET q = LAST_QUERY_ID()'],
    sql: 'SELECT id FROM events BEFORE(STATEMENT => $q)',
    expect: { rows: [] },
    source: anchors,
  },
  {
    name: 'a statement of definition is no point in time',
    setup: [...events, 'ALTER TABLE events ADD COLUMN b INT', 'SET q = LAST_QUERY_ID()'],
    sql: 'SELECT id FROM events AT(STATEMENT => $q)',
    expect: {
      error: { messageContains: 'cannot be used to specify time for time travel query.' },
    },
    source: anchors,
  },
  {
    name: 'nor is a statement that nobody ran',
    setup: events,
    sql: "SELECT id FROM events AT(STATEMENT => 'nope')",
    expect: { error: { messageContains: 'Statement nope not found' } },
    source: anchors,
  },
];

const ask = (name: string): string => `SHOW PARAMETERS LIKE '${name}'`;
const value = 'SELECT "value" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))';

const session: Fact[] = [
  {
    name: 'a parameter is shown as it was set',
    setup: ["ALTER SESSION SET QUERY_TAG = 'tag1'", ask('QUERY_TAG')],
    sql: value,
    expect: { value: 'tag1' },
    source: 'mlorek/frostlake: AlterSessionTest',
  },
  {
    name: 'and as its default when it is unset',
    setup: ["ALTER SESSION SET QUERY_TAG = 'a'", 'ALTER SESSION UNSET QUERY_TAG', ask('QUERY_TAG')],
    sql: value,
    expect: { value: '' },
    source: 'mlorek/frostlake: AlterSessionTest',
  },
  {
    name: 'DEFAULT may stand for a value',
    sql: 'ALTER SESSION SET TIMESTAMP_INPUT_FORMAT = DEFAULT',
    expect: { value: 'Statement executed successfully.' },
    source: 'snowflakedb/snowflake-connector-python: test_description2',
  },
  {
    name: 'without AUTOCOMMIT only COMMIT keeps rows',
    setup: [
      'CREATE TABLE kept (a INT)',
      'ALTER SESSION SET AUTOCOMMIT = FALSE',
      'INSERT INTO kept VALUES (1), (2), (3)',
      'COMMIT',
      'INSERT INTO kept VALUES (4)',
      'ROLLBACK',
    ],
    sql: 'SELECT SUM(a) FROM kept',
    expect: { value: '6' },
    source: 'snowflakedb/snowflake-connector-python: test_connection_context_manager',
  },
  {
    name: 'SHOW LOCKS lists what a rewrite holds, and nothing of an INSERT',
    setup: [
      'CREATE TABLE held (a INT)',
      'CREATE TABLE free (a INT)',
      'BEGIN',
      'INSERT INTO free VALUES (1)',
      'UPDATE held SET a = 1',
      'SHOW LOCKS',
    ],
    sql: 'SELECT SPLIT_PART("resource", \'.\', 3), "type", "status" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
    expect: { rows: [['HELD', 'PARTITIONS', 'HOLDING']] },
    source: 'mlorek/frostlake: ddl-show-commands-ext',
  },
  {
    name: 'SHOW TRANSACTIONS lists the id that CURRENT_TRANSACTION gives',
    setup: ['BEGIN', 'SHOW TRANSACTIONS'],
    sql: 'SELECT COUNT(*) FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE "id" = CURRENT_TRANSACTION()',
    expect: { value: '1' },
    source: 'mlorek/frostlake: TransactionIdentityTest',
  },
  {
    name: 'outside of a transaction there is none',
    sql: 'SELECT CURRENT_TRANSACTION()',
    expect: { value: null },
    source: 'mlorek/frostlake: TransactionIdentityTest',
  },
];

const errors: Fact[] = [
  {
    name: 'USE of what is not there',
    sql: 'USE DATABASE nosuch',
    expect: { error: { code: '002043', sqlState: '02000' } },
    source: 'snowflakedb driver tests',
  },
  {
    name: 'an unknown column',
    sql: 'SELECT nosuch FROM (SELECT 1 AS a)',
    expect: { error: { code: '000904', sqlState: '42000', messageContains: "'NOSUCH'" } },
    source: 'snowflakedb driver tests',
  },
  {
    name: 'a text that is no statement',
    sql: 'select;',
    expect: {
      error: {
        code: '001003',
        sqlState: '42000',
        messageContains: "syntax error line 1 at position 6 unexpected ';'.",
      },
    },
    source: 'snowflakedb/snowflake-connector-nodejs: mock_http_client',
  },
  {
    name: 'a comment alone',
    sql: '-- nothing',
    expect: { error: { code: '000900' } },
    source: 'snowflakedb/gosnowflake: TestCommentOnlyQuery',
  },
  {
    name: 'a procedure that is not there',
    sql: 'CALL NOSUCHPROC()',
    expect: { error: { code: '002140' } },
    source: 'snowflakedb/snowflake-connector-python: test_callproc_invalid',
  },
  ...[
    'SELECT 1 FROM DUAL GROUP BY CUBE (1)',
    'SELECT 1 AS a WINDOW w AS (PARTITION BY a)',
    'SELECT * FROM (SELECT 1 AS a) START WITH a = 1 CONNECT BY PRIOR a = a',
    'CREATE TABLE x (a INT MASKING POLICY p)',
    "EXECUTE IMMEDIATE 'SELECT 1'",
    'SELECT SYSTEM$TYPEOF(1)',
  ].map((sql): Fact => ({
    name: `legal, not covered, and refused by name: ${sql}`,
    sql,
    expect: { error: { code: '000002', sqlState: '0A000' } },
    source: 'docs.snowflake.com: constructs, functions-all',
  })),
];

const names: Fact[] = [
  {
    name: 'IDENTIFIER names a table wherever a name may stand',
    setup: [
      "CREATE TABLE IDENTIFIER('it') (a INT)",
      "INSERT INTO IDENTIFIER('it') VALUES (1), (2)",
      "UPDATE IDENTIFIER('it') SET a = 9 WHERE a = 1",
      "DELETE FROM IDENTIFIER('it') WHERE a = 2",
    ],
    sql: "SELECT IDENTIFIER('a') FROM IDENTIFIER('it')",
    expect: { rows: [['9']] },
    source: 'mlorek/frostlake: ddl-identifier-function',
  },
  {
    name: 'the word stays a name',
    setup: [
      'CREATE TABLE identifier (identifier INT, other INT)',
      'INSERT INTO identifier (identifier, other) VALUES (3, 4)',
    ],
    sql: 'SELECT identifier FROM identifier',
    expect: { value: '3' },
    source: 'mlorek/frostlake: ddl-identifier-function',
  },
  {
    name: 'a quote is doubled within quotes',
    setup: ['CREATE TABLE "T q" ("a""b" INT)', 'INSERT INTO "T q" VALUES (1)'],
    sql: 'SELECT "a""b" FROM "T q"',
    expect: { value: '1' },
    source: 'mlorek/frostlake: DoubledQuoteIdentifierTest',
  },
  {
    name: 'names that differ in case are two',
    setup: ['CREATE TABLE cased ("x" INT, X INT)', 'INSERT INTO cased VALUES (1, 2)'],
    sql: 'SELECT "x", X FROM cased',
    expect: { rows: [['1', '2']] },
    source: 'mlorek/frostlake: CaseVariantColumnTest',
  },
  {
    name: 'escapes of a text',
    sql: "SELECT 'a\\\\b', 'it''s', 'x\\ty', '\\u26c4', ASCII('\\x01')",
    expect: { rows: [['a\\b', "it's", 'x\ty', '⛄', '1']] },
    source: 'docs.snowflake.com: data-types-text, escape sequences',
  },
];

testFacts('Time Travel', timeTravel);
testFacts('the session', session);
testFacts('errors', errors);
testFacts('names', names);
