import { testFacts, type Fact } from './facts.ts';

const source = 'mlorek/frostlake: TemporalTextAndPrecisionTest';

function cut(type: string, value: string, expected: string): Fact {
  return {
    name: `a cast to ${type} cuts the fraction of ${value}`,
    setup: [`ALTER SESSION SET TIMEZONE = 'UTC'`],
    sql: `SELECT TO_VARCHAR('${value}'::${type}, 'HH24:MI:SS.FF9') AS cut`,
    expect: { value: expected, columns: ['CUT'] },
    source,
  };
}

testFacts('fractions of a second', [
  cut('TIMESTAMP_NTZ(0)', '2019-07-14 08:15:30.123456789', '08:15:30.000000000'),
  cut('TIMESTAMP_NTZ(1)', '2019-07-14 08:15:30.123456789', '08:15:30.100000000'),
  cut('TIMESTAMP_NTZ(2)', '2019-07-14 08:15:30.123456789', '08:15:30.120000000'),
  cut('TIMESTAMP_NTZ(6)', '2019-07-14 08:15:30.123456789', '08:15:30.123456000'),
  cut('TIMESTAMP_NTZ(0)', '2019-07-14 08:15:30.999999999', '08:15:30.000000000'),
  cut('TIMESTAMP_LTZ(3)', '2019-07-14 08:15:30.123456789', '08:15:30.123000000'),
  cut('TIMESTAMP_TZ(6)', '2019-07-14 08:15:30.123456789', '08:15:30.123456000'),
  cut('TIME(3)', '08:15:30.123456789', '08:15:30.123000000'),
  cut('TIME(6)', '08:15:30.123456789', '08:15:30.123456000'),
]);
