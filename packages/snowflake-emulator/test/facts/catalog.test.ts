import { testFacts, type Fact } from './facts.ts';

const layouts = 'mlorek/frostlake: ddl-show-command-layouts';
const scopes = 'mlorek/frostlake: ddl-show-scopes';
const matrix = 'mlorek/frostlake: ddl-show-modifier-matrix';
const scan = (columns: string, rest = ''): string =>
  `SELECT ${columns} FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) ${rest}`;

const descriptor = (type: string, json: string): Fact => ({
  name: `SHOW COLUMNS describes ${type}`,
  setup: [`CREATE TABLE typed (a ${type})`, 'SHOW COLUMNS IN TABLE typed'],
  sql: scan('"data_type"'),
  expect: { value: json },
  source: 'mlorek/frostlake: ddl-show-columns-descriptors',
});

const columns: Fact[] = [
  descriptor('NUMBER(5,1) NOT NULL', '{"type":"FIXED","precision":5,"scale":1,"nullable":false}'),
  descriptor(
    'VARCHAR',
    '{"type":"TEXT","length":16777216,"byteLength":67108864,"nullable":true,"fixed":false}',
  ),
  descriptor(
    'BINARY(20)',
    '{"type":"BINARY","length":20,"byteLength":20,"nullable":true,"fixed":true}',
  ),
  descriptor('TIMESTAMP_LTZ', '{"type":"TIMESTAMP_LTZ","precision":0,"scale":9,"nullable":true}'),
  descriptor('GEOMETRY', '{"type":"GEOMETRY","outputType":"OBJECT","nullable":true}'),
  descriptor(
    'VECTOR(INT, 2)',
    '{"type":"VECTOR","nullable":true,"vectorElementType":{"type":"FIXED","precision":38,"scale":0,"nullable":false},"dimension":2}',
  ),
  {
    name: 'unset texts are empty, the last two columns are NULL, and a counter spells itself',
    setup: ['CREATE TABLE unset (a INT AUTOINCREMENT)', 'SHOW COLUMNS IN TABLE unset'],
    sql: scan('"default", "comment", "autoincrement", "schema_evolution_record", "write_default"'),
    expect: { rows: [['', '', 'IDENTITY START 1 INCREMENT 1 NOORDER', null, null]] },
    source: 'mlorek/frostlake: ddl-show-commands-ext',
  },
  {
    name: 'IN VIEW needs the whole path',
    setup: ['CREATE VIEW short AS SELECT 1 AS a'],
    sql: 'SHOW COLUMNS IN VIEW short',
    expect: {
      error: {
        messageContains: 'Must specify the full search path starting from database for SHORT',
      },
    },
    source: 'mlorek/frostlake: ddl-show-columns-kinds-scopes',
  },
  {
    name: 'LIMIT and STARTS WITH change nothing',
    setup: ['CREATE TABLE two (a INT, b INT)'],
    sql: "SHOW COLUMNS STARTS WITH 'A' LIMIT 1",
    expect: { rowCount: 2 },
    source: matrix,
  },
];

const shows: Fact[] = [
  {
    name: 'SHOW TABLES has twenty-seven columns',
    sql: 'SHOW TABLES',
    expect: {
      columns:
        `created_on name database_name schema_name kind comment cluster_by rows bytes owner retention_time
         automatic_clustering change_tracking search_optimization search_optimization_progress
         search_optimization_bytes is_external enable_schema_evolution owner_role_type is_event is_hybrid
         is_iceberg is_dynamic is_immutable is_interactive row_timestamp error_logging`.split(
          /\s+/,
        ),
    },
    source: scopes,
  },
  {
    name: 'SHOW OBJECTS has sixteen, and calls a transient table TABLE',
    setup: ['CREATE TRANSIENT TABLE passing (a INT)', 'SHOW OBJECTS'],
    sql: scan('"kind", "is_interactive"'),
    expect: { rows: [['TABLE', 'N']] },
    source: layouts,
  },
  {
    name: 'SHOW SCHEMAS lists INFORMATION_SCHEMA, which nobody owns',
    setup: ["SHOW SCHEMAS LIKE 'information_schema'"],
    sql: scan('"owner", "owner_role_type", "comment", "is_nested"'),
    expect: {
      rows: [['', '', 'Views describing the contents of schemas in this database', 'false']],
    },
    source: 'mlorek/frostlake: ddl-information-schema-listing',
  },
  {
    name: 'INFORMATION_SCHEMA has views, and no tables',
    sql: "SHOW VIEWS LIKE 'TABLES' IN SCHEMA INFORMATION_SCHEMA",
    expect: { rowCount: 1 },
    source: 'snowflakedb/snowflake-sqlalchemy: test_view_names',
  },
  {
    name: 'a clustering key is spelled with a space',
    setup: ['CREATE TABLE clustered (a INT, b INT) CLUSTER BY (a,b)', 'SHOW TABLES'],
    sql: scan('"cluster_by", "automatic_clustering"'),
    expect: { rows: [['LINEAR(a, b)', 'ON']] },
    source: layouts,
  },
  ...(['TABLES', 'VIEWS', 'SCHEMAS', 'DATABASES', 'OBJECTS'] as const).map((what): Fact => ({
    name: `SHOW TERSE ${what} has five columns`,
    sql: `SHOW TERSE ${what}`,
    expect: { columns: ['created_on', 'name', 'kind', 'database_name', 'schema_name'] },
    source: matrix,
  })),
  {
    name: 'TERSE changes nothing where a list has no short form',
    sql: 'SHOW TERSE PRIMARY KEYS',
    expect: {
      columns:
        'created_on database_name schema_name table_name column_name key_sequence constraint_name rely comment'.split(
          ' ',
        ),
    },
    source: matrix,
  },
  {
    name: 'LIMIT … FROM gives the page after a name',
    setup: [
      ...['p3', 'p1', 'p2'].map((name) => `CREATE TABLE ${name} (a INT)`),
      "SHOW TABLES LIMIT 2 FROM 'P1'",
    ],
    sql: scan('"name"'),
    expect: { rows: [['P2'], ['P3']], ordered: true },
    source: scopes,
  },
  {
    name: 'LIMIT 0 is refused',
    sql: 'SHOW TABLES LIMIT 0',
    expect: { error: { messageContains: 'must be greater than 0' } },
    source: scopes,
  },
  {
    name: 'names are in the order of their bytes',
    setup: ['CREATE TABLE "b" (a INT)', 'CREATE TABLE z (a INT)', 'SHOW TABLES'],
    sql: scan('"name"'),
    expect: { rows: [['Z'], ['b']], ordered: true },
    source: scopes,
  },
  {
    name: 'STARTS WITH takes account of case',
    setup: ['CREATE TABLE aaa (a INT)'],
    sql: "SHOW TABLES STARTS WITH 'aaa'",
    expect: { rowCount: 0 },
    source: scopes,
  },
  {
    name: 'SHOW SESSIONS is no statement',
    sql: 'SHOW SESSIONS',
    expect: { error: { code: '001003' } },
    source: 'mlorek/frostlake: ddl-show-commands-ext',
  },
  {
    name: 'what is not covered is refused by name',
    sql: 'SHOW PROCEDURES',
    expect: { error: { code: '000002', messageContains: 'SHOW PROCEDURES' } },
    source: 'docs.snowflake.com: sql/show',
  },
  {
    name: 'the bare SHOW GRANTS has nine columns',
    sql: 'SHOW GRANTS',
    expect: {
      columns:
        'created_on privilege granted_on name role granted_to grantee_name grant_option granted_by'.split(
          ' ',
        ),
    },
    source: layouts,
  },
];

const informationSchema: Fact[] = [
  {
    name: 'a counter’s start and step are numbers, and whether it is ordered is told',
    setup: ['CREATE TABLE counted (a INT AUTOINCREMENT(10, 5))'],
    sql: "SELECT identity_start, identity_increment, identity_ordered FROM information_schema.columns WHERE table_name = 'COUNTED'",
    expect: { rows: [['10', '5', 'NO']] },
    source: 'mlorek/frostlake: InformationSchemaResultTypesTest',
  },
  {
    name: 'a FLOAT has no precision',
    setup: ['CREATE TABLE approximate (f DOUBLE)'],
    sql: "SELECT data_type, numeric_precision, numeric_scale FROM information_schema.columns WHERE table_name = 'APPROXIMATE'",
    expect: { rows: [['FLOAT', null, null]] },
    source: 'mlorek/frostlake: ApproximateNumericMetadataTest',
  },
  {
    name: 'a view that there is and the emulator has not is refused by name',
    sql: 'SELECT * FROM information_schema.pipes',
    expect: { error: { code: '000002', messageContains: 'INFORMATION_SCHEMA.PIPES' } },
    source: 'mlorek/frostlake: InformationSchemaCatalogTest',
  },
  {
    name: 'a view that there is not does not exist',
    sql: 'SELECT * FROM information_schema.streams',
    expect: { error: { messageContains: 'does not exist' } },
    source: 'mlorek/frostlake: InformationSchemaCatalogTest',
  },
  {
    name: 'INFORMATION_SCHEMA lists its own views without an owner or a time',
    sql: "SELECT table_type, table_owner, created FROM information_schema.tables WHERE table_schema = 'INFORMATION_SCHEMA' AND table_name = 'TABLES'",
    expect: { rows: [['VIEW', null, null]] },
    source: 'mlorek/frostlake: InformationSchemaOwnViewsTest',
  },
];

testFacts('SHOW COLUMNS', columns);
testFacts('SHOW', shows);
testFacts('INFORMATION_SCHEMA', informationSchema);
