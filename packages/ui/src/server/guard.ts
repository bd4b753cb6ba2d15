import { timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface GuardOptions {
  /** What a browser may call this server, without the port. */
  readonly hosts: readonly string[];
  readonly token: string;
  /** Whoever only reads has to show the token as well. */
  readonly tokenToRead: boolean;
}

export interface Refusal {
  readonly status: number;
  readonly error: string;
}

/**
 * A page of elsewhere must learn nothing here: its name may be made to lead to this server (DNS
 * rebinding), so the name that the browser asks by is looked at; and what changes something takes the
 * token in a header, which no form and no link can send.
 */
export function refusalOf(request: IncomingMessage, guard: GuardOptions): Refusal | undefined {
  const host = hostOf(request.headers.host);
  if (host === undefined || !guard.hosts.includes(host)) {
    return { status: 421, error: 'This server is not known by that name: see --allow-host.' };
  }
  const { origin } = request.headers;
  if (origin !== undefined && hostOf(URL.parse(origin)?.host) !== host) {
    return { status: 403, error: 'A page of another origin may not ask.' };
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const isApi =
    (request.url ?? '').startsWith('/api/') || (request.url ?? '').startsWith('/metrics');
  const needsToken = !reads || (guard.tokenToRead && isApi);
  if (needsToken && !sameToken(request.headers.authorization, guard.token)) {
    return {
      status: 401,
      error: 'The token is missing or wrong: `snowmelt ui` has printed it at its start.',
    };
  }
  return undefined;
}

/** Without the port; of IPv6 the brackets stay. */
function hostOf(host: string | undefined): string | undefined {
  return host?.toLowerCase().replace(/:\d+$/u, '');
}

function sameToken(authorization: string | undefined, token: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${token}`));
}

/** Nothing but files of this server, and nobody may frame it. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
