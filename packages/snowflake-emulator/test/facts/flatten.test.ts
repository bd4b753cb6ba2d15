import { testFacts } from './facts.ts';

const source = 'docs.snowflake.com/en/sql-reference/functions/flatten';
const nested = `PARSE_JSON('{"a":1, "b":[77,88], "c": {"d":"X"}}')`;

testFacts('FLATTEN', [
  {
    name: 'SEQ tells the input rows apart, also where they are the same',
    setup: [
      'CREATE TABLE lists (id INT, items ARRAY)',
      'INSERT INTO lists SELECT 1, [5, 6] UNION ALL SELECT 1, [5, 6] UNION ALL SELECT 2, [7]',
    ],
    sql: 'SELECT COUNT(DISTINCT f.seq), COUNT(*), MIN(f.seq) FROM lists l, LATERAL FLATTEN(input => l.items) f',
    expect: { rows: [['3', '5', '1']] },
    source,
  },
  {
    name: 'rows of different tables keep their columns beside a FLATTEN',
    setup: [
      'CREATE TABLE a (id INT, v VARIANT)',
      "INSERT INTO a SELECT 1, PARSE_JSON('[10,20]')",
      'CREATE TABLE b (id INT, name VARCHAR)',
      "INSERT INTO b VALUES (1, 'x')",
    ],
    sql: 'SELECT a.id, b.name, f.index, f.value FROM a JOIN b ON a.id = b.id, TABLE(FLATTEN(a.v)) f ORDER BY f.index',
    expect: {
      rows: [
        ['1', 'x', '0', '10'],
        ['1', 'x', '1', '20'],
      ],
      columns: ['ID', 'NAME', 'INDEX', 'VALUE'],
    },
    source,
  },
  {
    name: 'RECURSIVE goes into what it finds',
    sql: `SELECT path, this:d::VARCHAR FROM TABLE(FLATTEN(INPUT => ${nested}, RECURSIVE => TRUE))`,
    expect: {
      rows: [
        ['a', null],
        ['b', null],
        ['b[0]', null],
        ['b[1]', null],
        ['c', null],
        ['c.d', 'X'],
      ],
      ordered: true,
    },
    source,
  },
  {
    name: 'MODE says what is taken apart',
    sql: `SELECT path FROM TABLE(FLATTEN(INPUT => ${nested}, RECURSIVE => TRUE, MODE => 'OBJECT'))`,
    expect: { rows: [['a'], ['b'], ['c'], ['c.d']], ordered: true },
    source,
  },
  {
    name: 'OUTER gives a row where there is nothing',
    sql: "SELECT seq, key, index, value, this FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[]'), OUTER => TRUE))",
    expect: { rows: [['1', null, null, null, '[]']] },
    source,
  },
  {
    name: 'keys keep characters that need an escape',
    sql: String.raw`SELECT key, path FROM TABLE(FLATTEN(PARSE_JSON('{"a\\nb":1}')))`,
    expect: { rows: [['a\nb', "['a\nb']"]] },
    source,
  },
  {
    name: 'a driver’s test: values of rows of an array',
    setup: ['CREATE TABLE bj (a VARCHAR(30), b VARCHAR(30))'],
    sql: `INSERT INTO bj(a, b) SELECT value:stuff1, value:stuff2 FROM TABLE(FLATTEN(PARSE_JSON('[["x","y"],["x","y"],["x","y"]]')))`,
    expect: { rows: [['3']] },
    source: 'snowflakedb/snowflake-connector-nodejs: test/integration/testArrayBind.js',
  },
]);
