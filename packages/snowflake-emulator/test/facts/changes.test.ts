import { testFacts } from './facts.ts';

const source = 'mlorek/frostlake: ChangeTrackingTest';
const tracked = 'CREATE TABLE c (id INT) CHANGE_TRACKING = TRUE';
const since = (point: string, information = 'DEFAULT'): string =>
  `SELECT * FROM c CHANGES(INFORMATION => ${information}) AT(${point})`;
const shown = 'SELECT "change_tracking" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))';

testFacts('change tracking', [
  {
    name: 'SHOW TABLES says OFF where nobody asked for it',
    setup: ['CREATE TABLE c (id INT)', "SHOW TABLES LIKE 'C'"],
    sql: shown,
    expect: { value: 'OFF' },
    source,
  },
  {
    name: 'SHOW TABLES says ON after ALTER TABLE',
    setup: [
      'CREATE TABLE c (id INT)',
      'ALTER TABLE c SET CHANGE_TRACKING = TRUE',
      "SHOW TABLES LIKE 'C'",
    ],
    sql: shown,
    expect: { value: 'ON' },
    source,
  },
  {
    name: 'SHOW TABLES says ON where CREATE TABLE did',
    setup: [tracked, "SHOW TABLES LIKE 'C'"],
    sql: shown,
    expect: { value: 'ON' },
    source,
  },
  {
    name: 'what was switched off is not tracked',
    setup: [tracked, 'ALTER TABLE c SET CHANGE_TRACKING = FALSE'],
    sql: since('OFFSET => 0'),
    expect: { error: { messageContains: 'Change tracking is not enabled' } },
    source,
  },
  {
    name: 'nothing has changed since now',
    setup: [tracked],
    sql: since('OFFSET => 0'),
    expect: { rowCount: 0 },
    source,
  },
  {
    name: 'nor has anything been appended',
    setup: [tracked],
    sql: since('OFFSET => 0', 'APPEND_ONLY'),
    expect: { rowCount: 0 },
    source,
  },
  {
    name: 'before the table was made there is no time travel',
    setup: [tracked],
    sql: since('OFFSET => -86400'),
    expect: { error: { messageContains: 'Time travel data is not available for table C.' } },
    source,
  },
  {
    name: 'the point is a constant',
    setup: [tracked],
    sql: since('TIMESTAMP => DATEADD(minute, -30, CURRENT_TIMESTAMP())'),
    expect: {
      error: { messageContains: 'argument TIMESTAMP to function AT needs to be constant' },
    },
    source,
  },
]);
