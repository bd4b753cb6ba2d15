import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export type UrlVerdict = 'valid' | 'expired' | 'forged';

/** Makes and checks URLs that carry their own permission, as a cloud store's presigned URLs do. */
export interface Presigner {
  /** `path` is percent-encoded and begins with `/`; gives the path with its query string. */
  sign(path: string, seconds: number): string;
  verify(pathAndQuery: string): UrlVerdict;
  /** Makes one URL, and no other of the same path, count as expired from now on. */
  revoke(pathAndQuery: string): void;
}

/** The key lives as long as the presigner: URLs do not outlive the server that made them. */
export function createPresigner(): Presigner {
  const key = randomBytes(32);
  const revoked = new Set<string>();
  const signature = (path: string, expires: string, nonce: string): Buffer =>
    createHmac('sha256', key).update(`${path}\n${expires}\n${nonce}`).digest();

  return {
    sign(path, seconds) {
      const expires = String(Date.now() + Math.ceil(seconds * 1000));
      const nonce = randomBytes(6).toString('hex');
      const hex = signature(path, expires, nonce).toString('hex');
      return `${path}?expires=${expires}&nonce=${nonce}&signature=${hex}`;
    },
    verify(pathAndQuery) {
      const { path, expires, nonce, given } = parse(pathAndQuery);
      const expected = signature(path, expires, nonce);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
      return Number(expires) <= Date.now() || revoked.has(nonce) ? 'expired' : 'valid';
    },
    revoke(pathAndQuery) {
      revoked.add(parse(pathAndQuery).nonce);
    },
  };
}

function parse(pathAndQuery: string) {
  const [path = '', query = ''] = pathAndQuery.split('?', 2);
  const parameters = new URLSearchParams(query);
  return {
    path,
    expires: parameters.get('expires') ?? '',
    nonce: parameters.get('nonce') ?? '',
    given: Buffer.from(parameters.get('signature') ?? '', 'hex'),
  };
}
