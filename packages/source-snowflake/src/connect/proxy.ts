import { reveal, type SecretText } from '@snowmelt/core';

/** A proxy that the configuration names, instead of those of the environment. */
export interface Proxy {
  /** `http://user:password@host:port`; `https:` where the proxy itself speaks TLS. */
  readonly url: SecretText;
  /** Hosts that are reached without it: `host`, `.domain`, or with `*` for any characters. */
  readonly bypass: readonly string[];
}

/**
 * The proxy of a request, by the driver's rules (snowflake-sdk 3.3, proxy_util): of the
 * environment that of the request's scheme, the names in lower case first; a name without a scheme
 * is taken for `http`.
 */
export function proxyFor(target: URL, configured?: Proxy): string | undefined {
  const found: Partial<Proxy> & Pick<Proxy, 'bypass'> =
    configured ?? proxyOfEnvironment(target.protocol);
  if (found.url === undefined) return undefined;
  if (found.bypass.some((pattern) => matches(pattern, target.hostname))) return undefined;
  const url = reveal(found.url);
  return url.includes('://') ? url : `http://${url}`;
}

function proxyOfEnvironment(protocol: string): Partial<Proxy> & Pick<Proxy, 'bypass'> {
  const url = variable(protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  const bypass = variable('no_proxy')?.split(',') ?? [];
  return { ...(url === undefined ? {} : { url }), bypass };
}

function variable(name: string): string | undefined {
  return process.env[name] || process.env[name.toUpperCase()] || undefined;
}

/** As the driver's patterns: a dot in front stands for `*`, which stands for any characters. */
function matches(pattern: string, host: string): boolean {
  const parts = pattern.trim().replace(/^\./u, '*').toLowerCase().split('*');
  const source = parts.map((part) => part.replaceAll(/[^\w]/gu, String.raw`\$&`)).join('.*');
  return new RegExp(`^${source}$`).test(host.toLowerCase());
}
