import { expect, it } from 'vitest';

import { translateError } from '../src/errors/translate-error.ts';

/** As the driver gives it to callbacks (snowflake-sdk 3.3, `Errors.externalize`). */
const driverError = (code: string | number, more: object = {}): Error =>
  Object.assign(new Error('Snowflake says so.'), { code, ...more });

it.each([
  ['390100', 'login', 'SOURCE.AUTH_FAILED', 'never'],
  ['390144', 'login', 'SOURCE.AUTH_FAILED', 'never'],
  ['390189', 'login', 'SOURCE.AUTH_FAILED', 'never'],
  [401001, 'login', 'SOURCE.UNREACHABLE', 'run'],
  [401002, 'login', 'SOURCE.UNREACHABLE', 'run'],
  [404006, 'login', 'CONFIG.INVALID', 'never'],
  ['390111', 'statement', 'SOURCE.SESSION_LOST', 'chunk'],
  [407002, 'statement', 'SOURCE.SESSION_LOST', 'chunk'],
  ['000606', 'statement', 'SOURCE.NO_WAREHOUSE', 'never'],
  ['000630', 'statement', 'SOURCE.STATEMENT_TIMEOUT', 'chunk'],
  ['000707', 'statement', 'SOURCE.SNAPSHOT_GONE', 'never'],
  ['091930', 'statement', 'SOURCE.CHANGES_UNAVAILABLE', 'never'],
  ['002003', 'statement', 'SOURCE.TABLE_NOT_FOUND', 'never'],
  ['002003', 'staging', 'SOURCE.FILE_MISSING', 'never'],
  ['003001', 'statement', 'SOURCE.PRIVILEGE', 'never'],
  ['001003', 'statement', 'SOURCE.STATEMENT_FAILED', 'never'],
  ['000603', 'statement', 'SOURCE.STATEMENT_FAILED', 'chunk'],
  ['000610', 'statement', 'SOURCE.STATEMENT_FAILED', 'chunk'],
  ['000610', 'staging', 'SOURCE.STATEMENT_FAILED', 'chunk'],
  ['000610', 'login', 'SOURCE.UNREACHABLE', 'run'],
  ['000625', 'statement', 'SOURCE.STATEMENT_FAILED', 'chunk'],
  ['390201', 'login', 'SOURCE.AUTH_FAILED', 'never'],
  ['390113', 'statement', 'SOURCE.SESSION_LOST', 'chunk'],
  [402002, 'fetching', 'SOURCE.NETWORK', 'chunk'],
  ['ECONNRESET', 'fetching', 'SOURCE.STREAM_BROKEN', 'chunk'],
] as const)('%s at %s is %s, retry %s', (code, doing, expected, retry) => {
  const error = translateError(driverError(code), doing);
  expect(error).toMatchObject({ code: expected, retry });
});

it.each([
  ['390189', /snowflake\.role/],
  ['390201', /snowflake\.warehouse/],
  ['390144', /RSA_PUBLIC_KEY_FP/],
  ['390422', /network policy/],
])('P8: a login that is refused with %s says what to correct', (code, fix) => {
  const error = translateError(driverError(code), 'login');
  expect(error).toMatchObject({ code: 'SOURCE.AUTH_FAILED', fix: expect.stringMatching(fix) });
});

it.each([
  ['Statement was not run: please retry.', '57014', 'chunk'],
  ['The service is overloaded. Try again later.', undefined, 'chunk'],
  ['This part is temporarily unavailable', undefined, 'chunk'],
  ['SQL compilation error: syntax error line 1', '42000', 'never'],
])('an unknown code that says "%s" is tried again or not by its words', (said, state, retry) => {
  const error = Object.assign(new Error(said), { code: '000999', sqlState: state });
  expect(translateError(error, 'statement')).toMatchObject({ retry });
});

it.each([
  [403, 'never', /snowflake\.account/],
  [404, 'never', /snowflake\.account/],
  [429, 'run', /network/],
  [503, 'run', /network/],
])('a login that is answered with HTTP %i is UNREACHABLE, retry %s', (statusCode, retry, fix) => {
  const error = translateError(driverError(402001, { response: { statusCode } }), 'login');
  expect(error).toMatchObject({
    code: 'SOURCE.UNREACHABLE',
    retry,
    fix: expect.stringMatching(fix),
  });
});

it('knows that changes are not recorded by what Snowflake says, whatever the code', () => {
  const said =
    'SQL compilation error:\nChange tracking is not enabled or has been missing for the time range';
  const error = Object.assign(new Error(said), { code: '002091', sqlState: '55000' });
  expect(translateError(error, 'statement')).toMatchObject({ code: 'SOURCE.CHANGES_UNAVAILABLE' });
});

it('P8: keeps the message, the code and the query id', () => {
  const error = translateError(
    driverError('002003', { sqlState: '42S02', data: { queryId: '01b2' } }),
    'statement',
  );
  expect(error).toMatchObject({ message: 'Snowflake says so. (code 002003, query 01b2)' });
});

it('P7: drops the response, which may hold what must not be shown', () => {
  const response = { statusCode: 403, headers: { authorization: 'Snowflake Token="secret"' } };
  const error = translateError(driverError(401002, { response }), 'statement');
  expect(error).toMatchObject({ message: expect.stringContaining('HTTP 403') });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
});

it('leaves a bug what it is', () => {
  const bug = new TypeError('x is not a function');
  expect(translateError(bug, 'statement')).toBe(bug);
});
