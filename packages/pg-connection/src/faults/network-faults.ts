import type { FaultRow } from './fault-row.ts';

const away =
  'Check postgres.host and postgres.port, that the server runs, and the firewall between; then run the same command again.';

const lost =
  'See the log of the server and whatever stands between (a proxy, a failover, a restart), then run the same command again: it goes on where it stopped.';

const silent =
  'See whether psql gets an answer from the same machine, and what stands between (a proxy, a firewall that forgets idle connections, a failover); then run the same command again: it goes on where it stopped. For a line that is only slow, raise postgres.settings.network_timeout_seconds.';

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ENOENT',
  'EACCES',
]);
const broken = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Node's TLS codes, and OpenSSL's of a certificate that doesn't verify; the first that fits. */
const tlsFaults: readonly (readonly [RegExp, string])[] = [
  [
    /ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH/,
    'The certificate is for another name than postgres.host: set postgres.host to one of its names, or set postgres.ssl.mode: verify-ca, which checks the authority and not the name.',
  ],
  [
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    "Renew the server's certificate (ssl_cert_file), and see that the clocks of both machines are right.",
  ],
  [
    /CERT|_ISSUER|_SIGNATURE|CRL_/,
    'The authority that signed the certificate is not known here: give its PEM, or the path of it, in postgres.ssl.ca. Managed services have it for download.',
  ],
  [
    /^ERR_(TLS|SSL|OSSL)_/,
    'Client and server found no common TLS: see that postgres.port is that of PostgreSQL itself, and which TLS versions the server takes (ssl_min_protocol_version).',
  ],
];

const noTls =
  'The server takes no TLS: turn it on there (ssl = on), or, where the network is private, set postgres.ssl.mode: disable.';

const password = 'Give postgres.password, or url, or a password file: the server asks for one.';

/** What pg says itself, without a code. */
const driverMessages: readonly (readonly [RegExp, FaultRow])[] = [
  [/^timeout exp|^timeout exceeded/, ['unreachable', 'run', away]],
  [/^SASL: |password must be a string/, ['login', 'never', password]],
  [/does not support SSL connections|establishing an SSL connection/, ['tls', 'never', noTls]],
  [
    /^Connection terminated|^Query read timeout|^Client has encountered a connection error|not queryable$/,
    ['lost', 'chunk', lost],
  ],
];

/** Of an error of the network, of TLS, or of the driver; `undefined`: none of these. */
export function networkRow(error: Error): FaultRow | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (unreachable.has(code)) return ['unreachable', 'run', away];
  if (broken.has(code)) return ['lost', 'chunk', lost];
  if (code === 'ESILENT') return ['silent', 'chunk', silent];
  const tls = tlsFaults.find(([pattern]) => pattern.test(code));
  if (tls !== undefined) return ['tls', 'never', `${namesOf(error)}${tls[1]}`];
  return driverMessages.find(([pattern]) => pattern.test(error.message))?.[1];
}

/** Node's message lists those of the kind that was asked for; a host by its address sees none. */
function namesOf(error: Error): string {
  const { cert } = error as { cert?: { subjectaltname?: unknown } };
  const names = cert?.subjectaltname;
  return typeof names === 'string' ? `Names in the certificate: ${names}. ` : '';
}

/** Node gathers the failures of a host with several addresses in an AggregateError. */
export function firstOf(error: unknown): unknown {
  const [inner] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return inner ?? error;
}
