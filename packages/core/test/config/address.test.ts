import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../src/index.ts';
import { exampleConfig } from './example.ts';

function problems(snowflake: Record<string, unknown>): string {
  const given = { account: 'A', user: 'U', password: 'p', ...snowflake };
  const text = JSON.stringify({ ...exampleConfig(), snowflake: given });
  try {
    parseConfig(text, { env: {}, format: 'json' });
    return '';
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG.INVALID' });
    return (error as Error).message.split('\n').slice(1).join('\n');
  }
}

describe('P8: snowflake.account', () => {
  it.each([
    'MYORG-ACC1',
    'myorg-acc_1',
    'xy12345',
    'xy12345.eu-central-1',
    'xy12345.east-us-2.azure',
    'xy12345.cn-northwest-1.aws',
    'MYORG.ACC1',
  ])('takes %s', (account) => {
    expect(problems({ account })).toBe('');
  });

  it.each([
    [' myorg-acc1 ', 'has blanks around it', 'myorg-acc1'],
    ['myorg-acc1\n', 'has blanks around it', 'myorg-acc1'],
    ['https://myorg-acc1.snowflakecomputing.com', 'is an address', 'myorg-acc1'],
    ['https://myorg-acc1.snowflakecomputing.com/console/login#/', 'is an address', 'myorg-acc1'],
    ['HTTPS://MYORG-ACC1.SNOWFLAKECOMPUTING.COM:443/', 'is an address', 'MYORG-ACC1'],
    ['myorg-acc1.snowflakecomputing.com', 'is an address', 'myorg-acc1'],
    ['myorg-acc1.snowflakecomputing.com.', 'is an address', 'myorg-acc1'],
    ['myorg-acc1/', 'is an address', 'myorg-acc1'],
    ['//myorg-acc1.snowflakecomputing.com', 'is an address', 'myorg-acc1'],
    ['xy12345.eu-central-1.snowflakecomputing.com', 'is an address', 'xy12345.eu-central-1'],
    ['xy12345.cn-north-1.snowflakecomputing.cn', 'is an address', 'xy12345.cn-north-1'],
    ['https://app.snowflake.com/myorg/acc1/#/homepage', 'is an address', 'myorg-acc1'],
    [
      'https://myorg-acc1.privatelink.snowflakecomputing.com',
      'is an address',
      'myorg-acc1 and access_url: https://myorg-acc1.privatelink.snowflakecomputing.com',
    ],
  ])('refuses %j before any connection, and says what to write', (account, why, write) => {
    const said = `snowflake.account: ${why}, not an account identifier; write ${write}`;
    expect(problems({ account })).toBe(said);
  });

  it.each(['my org', '???', 'https://', 'https://app.snowflake.com/'])('refuses %j', (account) => {
    expect(problems({ account })).toMatch(/^snowflake\.account: is no account identifier such as/u);
  });
});

describe('P7: plain http', () => {
  it.each([
    'http://127.0.0.1:8080',
    'http://localhost:1',
    'http://[::1]:1',
    'https://sf.example.com',
  ])('%s is taken', (access_url) => expect(problems({ access_url })).toBe(''));

  it.each(['http://sf.example.com', 'http://10.0.0.7:8080', 'http://127.example.com'])(
    '%s is refused unless it is said',
    (access_url) => {
      expect(problems({ access_url })).toContain('snowflake.access_url: http sends credentials');
      expect(problems({ access_url, allow_plain_http: true })).toBe('');
    },
  );

  it('is no way for a client secret', () => {
    const oauth = {
      password: undefined,
      authenticator: 'oauth_client_credentials',
      oauth_client_id: 'c',
      oauth_client_secret: 's',
    };
    expect(
      problems({ ...oauth, oauth_token_request_url: 'http://idp.example.com/token' }),
    ).toContain('snowflake.oauth_token_request_url: http sends the client secret in the clear');
    expect(problems({ ...oauth, oauth_token_request_url: 'http://127.0.0.1:1/token' })).toBe('');
  });
});

describe('P8: ways to log in', () => {
  const bare = { password: undefined, user: undefined };
  it.each([
    [{ authenticator: 'workload_identity', workload_identity_provider: 'AWS' }],
    [{ authenticator: 'workload_identity', workload_identity_provider: 'OIDC', token: 't' }],
    [{ authenticator: 'oauth_authorization_code', user: 'U' }],
    [{ authenticator: 'oauth_authorization_code', user: 'U', oauth_scope: 's' }],
  ])('takes %j', (login) => {
    expect(problems({ ...bare, ...login })).toBe('');
  });

  it.each([
    [{ authenticator: 'workload_identity' }, 'with workload_identity_provider, which is missing'],
    [
      { authenticator: 'workload_identity', workload_identity_provider: 'OIDC' },
      'logs in with token, which is missing',
    ],
    [
      { authenticator: 'workload_identity', workload_identity_provider: 'AWS', token: 't' },
      'takes no token',
    ],
    [
      { authenticator: 'oauth_client_credentials' },
      'logs in with oauth_client_id, which is missing',
    ],
    [{ password: 'p', user: 'U', oauth_scope: 's' }, 'snowflake.oauth_scope: needs authenticator'],
    [
      { password: 'p', user: 'U', workload_identity_provider: 'GCP' },
      'snowflake.workload_identity_provider: needs authenticator: workload_identity',
    ],
    [{ password: 'p', user: 'U', no_proxy: ['x'] }, 'snowflake.no_proxy: needs proxy beside it'],
  ])('refuses %j', (login, said) => {
    expect(problems({ ...bare, ...login })).toContain(said);
  });
});
