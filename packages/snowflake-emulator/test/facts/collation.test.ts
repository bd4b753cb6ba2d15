import { testFacts, valuesOf, type Fact } from './facts.ts';

const collate = 'mlorek/frostlake: CollateTest';
const keys = 'mlorek/frostlake: CollatedKeyOrderingTest';
const page = 'docs.snowflake.com/en/sql-reference/collation';

testFacts('collations of expressions', [
  ...valuesOf(collate, [
    ["'m' COLLATE 'en-cs' < 'M'", 'TRUE'],
    ["'n' > 'M'", 'TRUE'],
    ["'ö' < 'p'", 'FALSE'],
    ["'m' COLLATE 'en-ci' = 'M'", 'TRUE'],
    ["COLLATE('m', 'en-ci') = 'M'", 'TRUE'],
    ["('m' COLLATE 'en-ci') COLLATE '' = 'M'", 'FALSE'],
    ["'ö' COLLATE 'en-ai' = 'o'", 'TRUE'],
    ["'Ö' COLLATE 'en-ai' = 'o'", 'FALSE'],
    ["'Ö' COLLATE 'en-ci-ai' = 'o'", 'TRUE'],
    ["COLLATION('m' COLLATE 'en-CI')", 'en-ci'],
    ["COLLATION(UPPER('m' COLLATE 'en-ci') || 'x')", 'en-ci'],
    ["COLLATION(('m' COLLATE 'en-ci')::VARCHAR)", null],
  ]),
  ...valuesOf(page, [
    ["'m' COLLATE 'upper' = 'M'", 'TRUE'],
    ["' m ' COLLATE 'trim' = 'm'", 'TRUE'],
    ["'m ' COLLATE 'en-ci-rtrim' = 'M'", 'TRUE'],
    ["'m-1' COLLATE 'en-pi' = 'm1'", 'TRUE'],
    ["'M' COLLATE 'en-fu' < 'm'", 'TRUE'],
    ["'M' COLLATE 'en-ci' IN ('l', 'm')", 'TRUE'],
    ["'MELT' COLLATE 'en-ci' LIKE 'm%'", 'TRUE'],
    ["'M' COLLATE 'en-ci' BETWEEN 'm' AND 'n'", 'TRUE'],
  ]),
  {
    name: 'an option that is none is refused',
    sql: "SELECT 'm' COLLATE 'zz-qq'",
    expect: { error: { messageContains: 'Unknown option: qq' } },
    source: collate,
  },
  ...["REPLACE('m' COLLATE 'en-ci', 'M', '')", "GREATEST('m' COLLATE 'en-ci', 'M')"].map((sql) => ({
    name: `${sql} would hang on the collation, and is refused`,
    sql: `SELECT ${sql}`,
    expect: { error: { messageContains: 'unsupported' } },
    source: page,
  })),
]);

const columns = [
  "CREATE TABLE c (plain VARCHAR, en VARCHAR COLLATE 'en-ci', fr VARCHAR COLLATE 'fr', none VARCHAR COLLATE '')",
  "INSERT INTO c VALUES ('m', 'm', 'm', 'm'), ('N', 'N', 'N', 'N'), ('M', 'M', 'M', 'M'), ('n', 'n', 'n', 'n')",
];
const column = (source: string, rows: readonly (readonly [string, string])[]): Fact[] =>
  valuesOf(source, rows, columns);

testFacts('collations of columns', [
  ...column(collate, [
    ["COUNT(*) FROM c WHERE en = 'M'", '2'],
    ["COUNT(*) FROM c WHERE COLLATE(en, '') = 'M'", '1'],
    ["COUNT(*) FROM c WHERE en COLLATE '' = 'M'", '1'],
    ["COUNT(*) FROM c WHERE none = 'M'", '1'],
    ["COUNT(*) FROM c WHERE en > 'M'", '2'],
    ["COUNT(*) FROM c WHERE en LIKE 'm%'", '2'],
    ['COUNT(*) FROM c a JOIN c b ON a.en = b.en', '8'],
    ["COUNT(*) FROM c WHERE en IN (SELECT 'M')", '2'],
  ]),
  ...column(keys, [
    ['COUNT(DISTINCT en) FROM c', '2'],
    ['COUNT(*) FROM (SELECT en FROM c GROUP BY en)', '2'],
    ['COUNT(*) FROM (SELECT DISTINCT en FROM c)', '2'],
    ["MIN(COLLATE(en, '')) || MAX(COLLATE(en, '')) FROM c", 'Mn'],
  ]),
  {
    name: 'ORDER BY follows the collation, and then the next key',
    setup: columns,
    sql: 'SELECT en FROM c ORDER BY en, plain',
    expect: { rows: [['M'], ['m'], ['N'], ['n']], ordered: true },
    source: keys,
  },
  {
    name: 'two different collations are not compared',
    setup: columns,
    sql: 'SELECT en = fr FROM c',
    expect: { error: { messageContains: "Incompatible collations: 'fr' and 'en-ci'" } },
    source: collate,
  },
  {
    name: 'taken off, they join and are searched',
    setup: columns,
    sql: `SELECT REPLACE(COLLATE(en, ''), 'm', '-') || ',' || COLLATE(fr, '') FROM c ORDER BY plain`,
    expect: { rows: [['M,M'], ['N,N'], ['-,m'], ['n,n']], ordered: true },
    source: collate,
  },
  {
    name: 'DESCRIBE shows them with the type',
    setup: [...columns, 'DESCRIBE TABLE c'],
    sql: 'SELECT "type" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE "name" = \'EN\'',
    expect: { value: "VARCHAR(16777216) COLLATE 'en-ci'" },
    source: 'mlorek/frostlake: ColumnCollationTest',
  },
]);
