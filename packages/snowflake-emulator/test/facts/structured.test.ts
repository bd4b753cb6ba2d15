import { testFacts, type Fact } from './facts.ts';

const driver = 'snowflakedb/snowflake-connector-nodejs: test/integration/testStructuredType.js';
const page = 'docs.snowflake.com/en/sql-reference/data-types-structured';

function value(sql: string, expected: string | null, source = driver): Fact {
  return { name: sql, sql: `SELECT ${sql}`, expect: { value: expected }, source };
}

const list = "ARRAY_CONSTRUCT('one','two','three')";

testFacts('structured types', [
  value("({'string':'a'}::OBJECT(string VARCHAR)):string::VARCHAR", 'a'),
  value("({'int':'2'}::OBJECT(int INTEGER)):int", '2', page),
  value(
    "({'inside': {'string':'a', 'int':'2'}}::OBJECT(inside OBJECT(string VARCHAR, int INTEGER))):inside:int",
    '2',
    page,
  ),
  value(`(${list}::ARRAY(VARCHAR))[2]`, 'three', page),
  value('(ARRAY_CONSTRUCT(1,2,3)::ARRAY(INTEGER))[1]', '2'),
  value(`(ARRAY_CONSTRUCT(${list},${list})::ARRAY(ARRAY(VARCHAR)))[1][2]::VARCHAR`, 'three'),
  value("({'x':'one','y':'two'}::MAP(VARCHAR, VARCHAR))['y']::VARCHAR", 'two'),
  value("({'1':'1','2':'2'}::MAP(INTEGER, INTEGER))[2]", '2', page),
  value(`({'x': ${list}, 'y': ${list}}::MAP(VARCHAR, ARRAY(VARCHAR)))['x'][2]::VARCHAR`, 'three'),
  value("({'d': '2023-12-24'::DATE}::OBJECT(d DATE)):d::VARCHAR", '2023-12-24'),
  value("({'t': '12:34:56'::TIME}::OBJECT(t TIME)):t::VARCHAR", '12:34:56'),
  value(
    "({'n': '2021-12-22 09:43:44'::TIMESTAMP_NTZ}::OBJECT(n TIMESTAMP_NTZ)):n::VARCHAR",
    '2021-12-22 09:43:44.000',
  ),
  value("TO_JSON(['1', '2.5', NULL]::ARRAY(NUMBER(5,1))::VARIANT)", '[1,2.5,undefined]', page),
  value("TO_JSON({'a': 1}::OBJECT(a VARCHAR)::VARIANT)", '{"a":"1"}', page),
  value('NULL::ARRAY(INT)::VARIANT', null, page),
  {
    name: 'a value that its type can not take is an error',
    sql: "SELECT ['x']::ARRAY(INTEGER)",
    expect: { error: { code: '100038' } },
    source: page,
  },
  {
    name: 'NOT NULL holds inside of a type',
    sql: 'SELECT [1, NULL]::ARRAY(INTEGER NOT NULL)',
    expect: { error: { code: '100072' } },
    source: page,
  },
  {
    name: 'a cast to an OBJECT of other keys is refused by name',
    sql: "SELECT {'a': 1}::OBJECT(b INTEGER)",
    expect: { error: { code: '000002' } },
    source: `${page} is not clear about missing and additional keys`,
  },
]);
