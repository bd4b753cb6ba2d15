import { testFacts, type Fact } from './facts.ts';

const page = (name: string): string => `https://docs.snowflake.com/en/sql-reference/${name}`;
const shown = (columns: string): string =>
  `SELECT ${columns} FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))`;

/** The columns that a page names are there. */
const lists = (sql: string, columns: string, source: string, setup: string[] = []): Fact => ({
  name: `${sql} has the columns of its page`,
  setup,
  sql,
  expect: { columnsInclude: columns.split(' ') },
  source: page(source),
});

testFacts('what is listed, as the pages of SHOW and DESCRIBE have it', [
  lists('SHOW ROLES', 'created_on name is_default is_current is_inherited owner', 'sql/show-roles'),
  lists(
    'SHOW SHARES',
    'created_on kind owner_account name database_name to owner comment',
    'sql/show-shares',
  ),
  lists('SHOW WAREHOUSES', 'name state type size auto_suspend auto_resume', 'sql/show-warehouses', [
    'CREATE WAREHOUSE shown_wh',
  ]),
  lists('SHOW OBJECTS', 'created_on name database_name schema_name kind', 'sql/show-objects', [
    'CREATE VIEW v AS SELECT 1 AS a',
  ]),
  lists(
    'SHOW VARIABLES',
    'session_id created_on updated_on name value type comment',
    'sql/show-variables',
    ['SET a = 1'],
  ),
  {
    name: 'a variable of the session is listed with its value',
    setup: ["SET tale = 'winter'", 'SHOW VARIABLES'],
    sql: shown('"name", "value", "type"'),
    expect: { rows: [['TALE', 'winter', 'text']] },
    source: page('sql/show-variables'),
  },
  {
    name: 'who refers to a table is listed as its exported keys',
    setup: [
      'CREATE TABLE parent (id INT PRIMARY KEY)',
      'CREATE TABLE child (id INT, parent_id INT REFERENCES parent (id))',
      'SHOW EXPORTED KEYS IN TABLE parent',
    ],
    sql: shown('"pk_table_name", "fk_table_name", "fk_column_name"'),
    expect: { rows: [['PARENT', 'CHILD', 'PARENT_ID']] },
    source: page('sql/show-exported-keys'),
  },
  {
    name: 'DESCRIBE DATABASE lists its schemas',
    setup: [
      'CREATE DATABASE described',
      'CREATE SCHEMA described.one',
      'DESCRIBE DATABASE described',
    ],
    sql: shown(`"kind"`) + ` WHERE "name" = 'ONE'`,
    expect: { value: 'SCHEMA' },
    source: page('sql/desc-database'),
  },
  {
    name: 'DESCRIBE SCHEMA lists its objects',
    setup: ['CREATE SCHEMA two', 'CREATE TABLE two.t (a INT)', 'DESCRIBE SCHEMA two'],
    sql: shown('"name", "kind"'),
    expect: { rows: [['T', 'TABLE']] },
    source: page('sql/desc-schema'),
  },
  {
    name: 'DESCRIBE WAREHOUSE lists the warehouse',
    setup: ['CREATE WAREHOUSE described_wh', 'DESCRIBE WAREHOUSE described_wh'],
    sql: shown('"name", "kind"'),
    expect: { rows: [['DESCRIBED_WH', 'WAREHOUSE']] },
    source: page('sql/desc-warehouse'),
  },
  {
    name: 'the retention of a table is a parameter of it',
    setup: [
      'CREATE TABLE kept (a INT) DATA_RETENTION_TIME_IN_DAYS = 3',
      "SHOW PARAMETERS LIKE 'DATA_RETENTION_TIME_IN_DAYS' IN TABLE kept",
    ],
    sql: shown('"value", "default", "level"'),
    expect: { rows: [['3', '1', 'TABLE']] },
    source: page('sql/show-parameters'),
  },
  {
    name: 'a parameter of a warehouse has its default',
    setup: [
      'CREATE WAREHOUSE tuned_wh',
      "SHOW PARAMETERS LIKE 'MAX_CONCURRENCY_LEVEL' IN WAREHOUSE tuned_wh",
    ],
    sql: shown('"value", "default"'),
    expect: { rows: [['8', '8']] },
    source: page('parameters'),
  },
  {
    name: 'a parameter of the account is listed with its default',
    setup: ["SHOW PARAMETERS LIKE 'TIMEZONE' IN ACCOUNT"],
    sql: shown('"default"'),
    expect: { value: 'America/Los_Angeles' },
    source: page('parameters'),
  },
]);

testFacts('the information schema, as the pages of its views have it', [
  {
    name: 'DATABASES has a row for each',
    setup: ['CREATE DATABASE informed'],
    sql: "SELECT type, is_transient FROM INFORMATION_SCHEMA.DATABASES WHERE database_name = 'INFORMED'",
    expect: { rows: [['STANDARD', 'NO']] },
    source: page('info-schema/databases'),
  },
  {
    name: 'INFORMATION_SCHEMA_CATALOG_NAME names the database',
    sql: 'SELECT catalog_name = CURRENT_DATABASE() FROM INFORMATION_SCHEMA.INFORMATION_SCHEMA_CATALOG_NAME',
    expect: { value: 'TRUE' },
    source: page('info-schema/information_schema_catalog_name'),
  },
  {
    name: 'ENABLED_ROLES has the current one',
    sql: 'SELECT COUNT(*) FROM INFORMATION_SCHEMA.ENABLED_ROLES WHERE role_name = CURRENT_ROLE()',
    expect: { value: '1' },
    source: page('info-schema/enabled_roles'),
  },
]);

testFacts('tables that are altered, as the page of ALTER TABLE has it', [
  {
    name: 'SWAP WITH exchanges all content',
    setup: [
      'CREATE TABLE a AS SELECT 1 AS n',
      'CREATE TABLE b AS SELECT 2 AS m',
      'ALTER TABLE a SWAP WITH b',
    ],
    sql: 'SELECT a.m, b.n FROM a, b',
    expect: { rows: [['2', '1']] },
    source: page('sql/alter-table'),
  },
  {
    name: 'a column that is renamed keeps its rows and its key',
    setup: [
      'CREATE TABLE r (a INT PRIMARY KEY)',
      'INSERT INTO r VALUES (7)',
      'ALTER TABLE r RENAME COLUMN a TO b',
      'SHOW PRIMARY KEYS IN TABLE r',
    ],
    sql: shown('"column_name"'),
    expect: { value: 'B' },
    source: page('sql/alter-table'),
  },
  {
    name: 'a column without NULLs may become NOT NULL, and refuses them from then on',
    setup: ['CREATE TABLE n (a INT)', 'ALTER TABLE n ALTER COLUMN a SET NOT NULL'],
    sql: 'INSERT INTO n VALUES (NULL)',
    expect: { error: { code: '100072', sqlState: '22000' } },
    source: page('sql/alter-table-column'),
  },
  {
    name: 'DROP NOT NULL takes it away',
    setup: [
      'CREATE TABLE d (a INT NOT NULL)',
      'ALTER TABLE d ALTER COLUMN a DROP NOT NULL',
      'INSERT INTO d VALUES (NULL)',
    ],
    sql: 'SELECT COUNT(*) FROM d',
    expect: { value: '1' },
    source: page('sql/alter-table-column'),
  },
]);
