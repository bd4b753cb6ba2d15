import { testFacts, type Fact } from './facts.ts';

const grid = 'mlorek/frostlake: DmlResultGridTest';
const driver = 'snowflakedb/snowflake-connector-nodejs: test/integration/testUpdatedRows.js';
const inserted = 'number of rows inserted';
const updated = 'number of rows updated';
const multiJoined = 'number of multi-joined rows updated';
const deleted = 'number of rows deleted';

const pairs = ['CREATE TABLE p (n INT, m INT)', 'INSERT INTO p VALUES (1, 1), (2, 2)'];

function counts(name: string, sql: string, result: Record<string, string>, source = grid): Fact {
  const expect = { columns: Object.keys(result), rows: [Object.values(result)] };
  return { name, setup: pairs, sql, expect, source };
}

testFacts('what DML answers', [
  counts('INSERT', 'INSERT INTO p VALUES (3, 3)', { [inserted]: '1' }),
  counts('DELETE', 'DELETE FROM p WHERE n = 1', { [deleted]: '1' }),
  counts(
    'UPDATE says how many rows had several matches',
    'UPDATE p SET m = s.v FROM (SELECT 1 AS id, 5 AS v UNION ALL SELECT 1, 6) s WHERE p.n = s.id',
    { [updated]: '1', [multiJoined]: '1' },
  ),
  counts(
    'UPDATE counts equal matches too',
    'UPDATE p SET m = s.v FROM (SELECT 1 AS id, 5 AS v UNION ALL SELECT 1, 5 UNION ALL SELECT 2, 5) s WHERE p.n = s.id',
    { [updated]: '2', [multiJoined]: '1' },
    driver,
  ),
  counts(
    'MERGE that only updates',
    'MERGE INTO p USING (SELECT 1 AS n) s ON p.n = s.n WHEN MATCHED THEN UPDATE SET m = 2',
    { [updated]: '1' },
  ),
  counts(
    'MERGE that only inserts',
    'MERGE INTO p USING (SELECT 5 AS n) s ON p.n = s.n WHEN NOT MATCHED THEN INSERT (n, m) VALUES (s.n, 0)',
    { [inserted]: '1' },
  ),
  {
    name: 'MERGE takes a bare name in INSERT for the source’s',
    setup: [
      'CREATE TABLE t (k NUMBER, v NUMBER)',
      'INSERT INTO t VALUES (0, 10), (1, 11), (5, 15), (6, 16)',
      'CREATE TABLE s (k NUMBER, v NUMBER)',
      'INSERT INTO s VALUES (0, 20), (1, 21), (2, 22), (3, 23), (4, 24)',
    ],
    sql: `MERGE INTO t USING s ON t.k = s.k WHEN MATCHED AND t.k = 0 THEN UPDATE SET v = s.v * 100
      WHEN MATCHED AND t.k = 1 THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (k, v)`,
    expect: { columns: [inserted, updated, deleted], rows: [['3', '1', '1']] },
    source: driver,
  },
  {
    name: 'INSERT ALL answers a count a table',
    setup: [...pairs, 'CREATE TABLE a (k INT, v INT)', 'CREATE TABLE b (k INT, v INT)'],
    sql: 'INSERT ALL INTO a INTO b SELECT * FROM p',
    expect: {
      columns: ['number of rows inserted into A', 'number of rows inserted into B'],
      rows: [['2', '2']],
    },
    source: driver,
  },
]);

const several = 'docs.snowflake.com/en/sql-reference/sql/insert-multi-table';
const into = `WHEN n > 10 THEN INTO big WHEN n > 5 THEN INTO middle ELSE INTO small VALUES (n, DEFAULT)`;
const three = ['big', 'middle', 'small'].map(
  (name) => `CREATE TABLE ${name} (n INT, d INT DEFAULT 9)`,
);
const numbers = 'SELECT column1 AS n, 0 AS zero FROM VALUES (1), (7), (12), (NULL)';

testFacts('INSERT of one query into several tables', [
  {
    name: 'ALL takes a row to every branch that holds',
    setup: [...three, `INSERT ALL ${into} ${numbers}`],
    sql: 'SELECT (SELECT COUNT(*) FROM big), (SELECT COUNT(*) FROM middle), (SELECT COUNT(*) FROM small)',
    expect: { rows: [['1', '2', '2']] },
    source: several,
  },
  {
    name: 'FIRST takes a row to the first that holds',
    setup: [...three, `INSERT FIRST ${into} ${numbers}`],
    sql: 'SELECT n, d FROM big UNION ALL SELECT n, d FROM middle UNION ALL SELECT n, d FROM small',
    expect: {
      rows: [
        ['12', '0'],
        ['7', '0'],
        ['1', '9'],
        [null, '9'],
      ],
    },
    source: several,
  },
]);
