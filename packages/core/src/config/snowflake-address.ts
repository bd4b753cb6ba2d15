import type { SnowflakeView } from './lenient-view.ts';
import type { Problem } from './problems.ts';

/** Where Snowflake is, as far as that can be told without asking it. */
export function checkAddress(snowflake: SnowflakeView): readonly Problem[] {
  const { account, access_url: accessUrl, allow_plain_http: allowed } = snowflake;
  const { oauth_token_request_url: tokenUrl, proxy, no_proxy: noProxy } = snowflake;
  return [
    ...(account === undefined ? [] : checkAccount(account)),
    ...(accessUrl !== undefined && allowed !== true && isPlain(accessUrl)
      ? [
          problem(
            'access_url',
            'http sends credentials and rows in the clear: write https, or set allow_plain_http: true',
          ),
        ]
      : []),
    ...(tokenUrl !== undefined && isPlain(tokenUrl)
      ? [problem('oauth_token_request_url', 'http sends the client secret in the clear')]
      : []),
    ...(noProxy !== undefined && proxy === undefined
      ? [problem('no_proxy', 'needs proxy beside it; that of the environment goes with NO_PROXY')]
      : []),
  ];
}

/** Plain http to another machine. */
function isPlain(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  const local = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname);
  return protocol === 'http:' && !local;
}

/** Letters, digits and underscores, with dots and hyphens between them, as the driver takes it. */
const identifier = /^\w+(?:[.-]\w+)*$/u;
const domain = /\.snowflakecomputing\.(?:com|cn|mil)$/iu;

function checkAccount(account: string): readonly Problem[] {
  if (identifier.test(account) && !domain.test(account)) return [];
  const cut = cutOut(account);
  if (cut === undefined) {
    return [problem('account', 'is no account identifier such as MYORG-ACCOUNT1')];
  }
  const meant = cut.accessUrl === undefined ? '' : ` and access_url: ${cut.accessUrl}`;
  const what = account.trim() === cut.account ? 'has blanks around it' : 'is an address';
  return [problem('account', `${what}, not an account identifier; write ${cut.account}${meant}`)];
}

/** The identifier in a URL, a host name, or a page of Snowsight. */
function cutOut(written: string): { account: string; accessUrl?: string } | undefined {
  const [host = '', organization, name] = written
    .trim()
    .replace(/^(?:[a-z]+:)?\/\/+/iu, '')
    .split(/[/?#]+/u);
  const bare = host.replace(/:\d*$/u, '').replace(/\.$/u, '');
  if (/^app\.snowflake\.com$/iu.test(bare)) {
    const account = `${organization ?? ''}-${name ?? ''}`;
    return identifier.test(account) ? { account } : undefined;
  }
  const account = bare.replace(domain, '');
  const privateLink = account.replace(/\.privatelink$/iu, '');
  if (!identifier.test(privateLink)) return undefined;
  return privateLink === account
    ? { account }
    : { account: privateLink, accessUrl: `https://${bare}` };
}

function problem(key: string, text: string): Problem {
  return { path: ['snowflake', key], problem: text };
}
