import { compactVerify, decodeJwt } from 'jose';
import { z } from 'zod';
import { ProtocolError } from './protocol-error.ts';
import type { RegisteredUser } from './users.ts';

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  iat: z.number().optional(),
  exp: z.number(),
});
type Claims = z.infer<typeof claimsSchema>;

/** Snowflake accepts a token for at most an hour after it was issued, whatever `exp` says. */
const maxLifetimeMs = 3_600_000;
const clockSkewMs = 60_000;

/**
 * Checks a key-pair login: signature (RS256) by the user's registered key, issuer
 * `ACCOUNT.USER.SHA256:<fingerprint>`, subject `ACCOUNT.USER`, and time. Throws 390144.
 */
export async function verifyKeyPair(
  token: string,
  user: RegisteredUser | undefined,
  account: string,
): Promise<void> {
  if (user?.key === undefined) throw invalid('no public key is registered for the user');
  const claims = await readClaims(token, user.key.publicKey);
  const subject = `${account.toUpperCase()}.${user.name}`;
  if (claims.sub !== subject) throw invalid(`sub is not ${subject}`);
  if (claims.iss !== `${subject}.${user.key.fingerprint}`) {
    throw invalid('iss does not carry the fingerprint of the registered key');
  }
  checkTimes(claims, Date.now());
}

/** Whom an unverified token is about; undefined if it can't be read. */
export function subjectOf(token: string): string | undefined {
  try {
    return decodeJwt(token).sub;
  } catch {
    return undefined;
  }
}

async function readClaims(
  token: string,
  key: NonNullable<RegisteredUser['key']>['publicKey'],
): Promise<Claims> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: ['RS256'] });
    return claimsSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    throw invalid('its signature or its claims could not be verified');
  }
}

function checkTimes(claims: Claims, now: number): void {
  const expires = toMilliseconds(claims.exp);
  if (expires <= now) throw invalid('it has expired');
  if (claims.iat === undefined) return;
  const issued = toMilliseconds(claims.iat);
  if (issued > now + clockSkewMs) throw invalid('it was issued in the future');
  if (now - issued > maxLifetimeMs) throw invalid('it was issued more than an hour ago');
}

/** This driver writes milliseconds, other drivers and the JWT standard seconds. */
function toMilliseconds(time: number): number {
  return time > 1e11 ? time : time * 1000;
}

function invalid(reason: string): ProtocolError {
  return new ProtocolError('390144', `JWT token is invalid: ${reason}.`);
}
