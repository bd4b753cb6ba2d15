import { randomBytes } from 'node:crypto';
import type { SqlSession } from '../engine/contract.ts';
import { ProtocolError } from './protocol-error.ts';

export interface Session {
  readonly sql: SqlSession;
  readonly user: string;
  /** Which driver it is: CLIENT_APP_ID and CLIENT_APP_VERSION of its login. */
  readonly client: Client;
  readonly masterToken: string;
  token: string;
  tokenExpiresAt: number;
  masterExpiresAt: number;
}

export interface Client {
  readonly id: string;
  readonly version: string;
}

export interface SessionLifetimes {
  readonly sessionSeconds: number;
  readonly masterSeconds: number;
}

/** Tokens and what they open. `authorization` is the header `Snowflake Token="…"`. */
export interface SessionStore {
  readonly lifetimes: SessionLifetimes;
  open(sql: SqlSession, user: string, client: Client): Session;
  /** Throws 390112 for a token that a renewal replaces, 390111 or 390104 for one that is gone. */
  authenticate(authorization: string | undefined): Session;
  /** Gives the session of a master token a new session token. Throws 390114 when it is too old. */
  renew(authorization: string | undefined, oldToken: string): Session;
  /** A heartbeat: the master token counts from now. */
  touch(session: Session): void;
  /** Makes the token in `authorization` expired, if it is one. */
  expire(authorization: string | undefined): void;
  /** Forgets the session; its tokens are answered with 390111 from now on. */
  remove(session: Session): void;
  all(): readonly Session[];
}

export function createSessionStore(lifetimes: SessionLifetimes): SessionStore {
  const index: TokenIndex = { byToken: new Map(), byMaster: new Map(), gone: new Set() };
  const { byToken, byMaster } = index;
  return {
    lifetimes,
    open(sql, user, client) {
      const masterToken = newToken();
      const session: Session = { sql, user, client, masterToken, ...freshToken(lifetimes) };
      byToken.set(session.token, session);
      byMaster.set(session.masterToken, session);
      return session;
    },
    authenticate(authorization) {
      const session = find(index, byToken, authorization);
      const isCurrent = tokenOf(authorization) === session.token;
      if (isCurrent && session.tokenExpiresAt > Date.now()) return session;
      throw new ProtocolError('390112', 'Your session has expired. Please login again.');
    },
    renew(authorization, oldToken) {
      const session = find(index, byMaster, authorization);
      if (session.masterExpiresAt <= Date.now()) throw new ProtocolError('390114', masterMessage);
      if (byToken.get(oldToken) !== session) throw unknownToken();
      Object.assign(session, freshToken(lifetimes));
      byToken.set(session.token, session);
      return session;
    },
    touch(session) {
      session.masterExpiresAt = Date.now() + lifetimes.masterSeconds * 1000;
    },
    expire(authorization) {
      const session = byToken.get(tokenOf(authorization) ?? '');
      if (session !== undefined) session.tokenExpiresAt = 0;
    },
    remove: (session) => forget(index, session),
    all: () => [...byMaster.values()],
  };
}

/** Session tokens (also those a renewal replaced), master tokens, and the tokens of closed sessions. */
interface TokenIndex {
  readonly byToken: Map<string, Session>;
  readonly byMaster: Map<string, Session>;
  readonly gone: Set<string>;
}

function find(
  index: TokenIndex,
  map: ReadonlyMap<string, Session>,
  authorization: string | undefined,
): Session {
  const token = tokenOf(authorization) ?? '';
  const session = map.get(token);
  if (session !== undefined) return session;
  throw index.gone.has(token) ? new ProtocolError('390111', goneMessage) : unknownToken();
}

function forget({ byToken, byMaster, gone }: TokenIndex, session: Session): void {
  byMaster.delete(session.masterToken);
  gone.add(session.masterToken);
  for (const [token, owner] of byToken) {
    if (owner !== session) continue;
    byToken.delete(token);
    gone.add(token);
  }
}

function unknownToken(): ProtocolError {
  return new ProtocolError('390104', 'Session token is invalid or missing.', 401);
}

const goneMessage = 'Session no longer exists. New login required to access the service.';
const masterMessage = 'Authentication token has expired. The user must authenticate again.';

function tokenOf(authorization: string | undefined): string | undefined {
  return /^Snowflake Token="([^"]*)"$/.exec(authorization ?? '')?.[1];
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function freshToken(lifetimes: SessionLifetimes) {
  const now = Date.now();
  return {
    token: newToken(),
    tokenExpiresAt: now + lifetimes.sessionSeconds * 1000,
    masterExpiresAt: now + lifetimes.masterSeconds * 1000,
  };
}
