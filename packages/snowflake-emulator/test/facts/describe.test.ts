import { testFacts, type Fact } from './facts.ts';

const scan = (columns: string, rest = ''): string =>
  `SELECT ${columns} FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) ${rest}`;

const describes: Fact[] = [
  {
    name: 'DESCRIBE TABLE has thirteen columns',
    setup: ['CREATE TABLE one (a INT)'],
    sql: 'DESCRIBE TABLE one',
    expect: {
      columns:
        'name|type|kind|null?|default|primary key|unique key|check|expression|comment|policy name|privacy domain|write default'.split(
          '|',
        ),
    },
    source: 'mlorek/frostlake: DescribeRelationKindTest',
  },
  ...(
    [
      ['TABLE nosuch', "Table 'NOSUCH'"],
      ['VIEW nosuch', "View 'NOSUCH'"],
      ['MATERIALIZED VIEW nosuch', "Materialized view 'NOSUCH'"],
    ] as const
  ).map(([what, named]): Fact => ({
    name: `DESCRIBE ${what} says what it did not find`,
    sql: `DESCRIBE ${what}`,
    expect: {
      error: {
        code: '002003',
        sqlState: '02000',
        messageContains: `${named} does not exist or not authorized.`,
      },
    },
    source: 'mlorek/frostlake: DescribeRelationKindTest, ddl-describe-view',
  })),
  {
    name: 'DESCRIBE VIEW describes a table, and DESCRIBE TABLE a view',
    setup: ['CREATE TABLE one (a INT, b INT)', 'CREATE VIEW seen AS SELECT a FROM one'],
    sql: 'DESCRIBE TABLE seen TYPE = COLUMNS',
    expect: { rowCount: 1 },
    source: 'mlorek/frostlake: DescribeRelationKindTest',
  },
  {
    name: 'types as DESCRIBE spells them',
    setup: [
      'CREATE TABLE spelled (a INT, b NUMBER(10,2), c DOUBLE, d VARCHAR, e CHAR(4), f TIME, g TIMESTAMP, h TIMESTAMP_TZ(6), i BINARY, j VECTOR(FLOAT, 3))',
      'DESCRIBE TABLE spelled',
    ],
    sql: scan('"type"'),
    expect: {
      rows: [
        ['NUMBER(38,0)'],
        ['NUMBER(10,2)'],
        ['FLOAT'],
        ['VARCHAR(16777216)'],
        ['VARCHAR(4)'],
        ['TIME(9)'],
        ['TIMESTAMP_NTZ(9)'],
        ['TIMESTAMP_TZ(6)'],
        ['BINARY(8388608)'],
        ['VECTOR(FLOAT, 3)'],
      ],
    },
    source: 'mlorek/frostlake: ddl-show-columns-descriptors, DeclaredTemporalPrecisionTest',
  },
  {
    name: 'a default is shown as it was written',
    setup: ["CREATE TABLE defaulted (g VARCHAR DEFAULT 'sys')", 'DESCRIBE TABLE defaulted'],
    sql: scan('"default"'),
    expect: { value: "'sys'" },
    source: 'mlorek/frostlake: ddl-composite-primary-key',
  },
];

const keys: Fact[] = [
  {
    name: 'a key’s columns are numbered in the order of the key',
    setup: ['CREATE TABLE keyed (a INT, b INT, PRIMARY KEY (b, a))', 'SHOW PRIMARY KEYS IN keyed'],
    sql: scan('"column_name", "key_sequence"', 'ORDER BY 2'),
    expect: {
      rows: [
        ['B', '1'],
        ['A', '2'],
      ],
      ordered: true,
    },
    source: 'mlorek/frostlake: ddl-show-in-database',
  },
  {
    name: 'SHOW IMPORTED KEYS names both constraints',
    setup: [
      'CREATE TABLE parent (id INT, CONSTRAINT parent_pk PRIMARY KEY (id))',
      'CREATE TABLE child (p INT, CONSTRAINT child_fk FOREIGN KEY (p) REFERENCES parent (id))',
      'SHOW IMPORTED KEYS IN TABLE child',
    ],
    sql: scan('"pk_name", "pk_column_name", "fk_name", "fk_column_name"'),
    expect: { rows: [['PARENT_PK', 'ID', 'CHILD_FK', 'P']] },
    source: 'mlorek/frostlake: ddl-show-in-database; snowflake-sqlalchemy sends it',
  },
  {
    name: 'a table without foreign keys imports none',
    setup: ['CREATE TABLE alone (a INT)'],
    sql: 'SHOW IMPORTED KEYS IN TABLE alone',
    expect: { rowCount: 0 },
    source: 'snowflakedb/snowflake-sqlalchemy: test_get_foreign_keys_multi_schema',
  },
  {
    name: 'DROP UNIQUE leaves a foreign key over the same column',
    setup: [
      'CREATE TABLE up (id INT PRIMARY KEY)',
      'CREATE TABLE down (z INT UNIQUE REFERENCES up (id))',
      'ALTER TABLE down DROP UNIQUE (z)',
    ],
    sql: "SELECT constraint_type FROM information_schema.table_constraints WHERE table_name = 'DOWN'",
    expect: { rows: [['FOREIGN KEY']] },
    source: 'mlorek/frostlake: ddl-table-constraints',
  },
  {
    name: 'REFERENTIAL_CONSTRAINTS ties a foreign key to its parent’s key',
    setup: [
      'CREATE TABLE rp (id INT, CONSTRAINT rp_pk PRIMARY KEY (id))',
      'CREATE TABLE rc (a INT, CONSTRAINT rc_fk FOREIGN KEY (a) REFERENCES rp (id))',
    ],
    sql: 'SELECT constraint_name, unique_constraint_name, match_option FROM information_schema.referential_constraints',
    expect: { rows: [['RC_FK', 'RP_PK', 'FULL']] },
    source: 'mlorek/frostlake: ddl-table-constraints, InformationSchemaResultTypesTest',
  },
];

testFacts('DESCRIBE', describes);
testFacts('keys', keys);
