import { createHash, createPublicKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { EmulatorUser } from './emulator-options.ts';

/** A user as logins are checked against it. */
export interface RegisteredUser {
  /** Upper case, as Snowflake folds it. */
  readonly name: string;
  readonly password: string | undefined;
  readonly token: string | undefined;
  readonly key: { readonly publicKey: KeyObject; readonly fingerprint: string } | undefined;
}

/** Throws when a public key can't be read: a misconfigured emulator should not start. */
export function registerUsers(users: readonly EmulatorUser[]): ReadonlyMap<string, RegisteredUser> {
  return new Map(users.map(register).map((user) => [user.name, user]));
}

function register(user: EmulatorUser): RegisteredUser {
  return {
    name: user.name.toUpperCase(),
    password: user.password,
    token: user.token,
    key: user.publicKey === undefined ? undefined : readPublicKey(user.publicKey),
  };
}

function readPublicKey(text: string) {
  const publicKey = text.includes('-----BEGIN')
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  return { publicKey, fingerprint: fingerprintOf(publicKey) };
}

/** `SHA256:` and the base64 of the SHA-256 of the key's DER, as DESCRIBE USER shows it. */
export function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
}

/** Compares secrets in constant time; an unset secret equals nothing. */
export function secretEquals(expected: string | undefined, given: string | undefined): boolean {
  if (expected === undefined || given === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
