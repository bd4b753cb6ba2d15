import { isSnowmeltError, SnowmeltError, type WorkContext } from '@snowmelt/core';

import type { Settings } from './options.ts';
import type { Connection } from './driver.ts';
import { endpoint } from './check-reachable.ts';
import type { Session } from './execute.ts';
import { abandon, login, logout } from './login.ts';
import { Meter } from './meter.ts';
import { Network } from './network.ts';

/** Sessions to work with. */
export interface Sessions {
  /** For what is read beside the driver. */
  readonly network: Network;
  /** How often a statement is tried that failed by something that passes. */
  readonly tries: number;
  with<T>(context: WorkContext, use: (session: Session) => Promise<T>): Promise<T>;
}

/** For the work of a chunk, which is tried again as a whole. */
export function once(sessions: Sessions): Sessions {
  const { network } = sessions;
  return { network, tries: 1, with: (context, use) => sessions.with(context, use) };
}

/**
 * At most `connections` sessions, logged in when first needed and used again. A session is lent
 * for the time of one statement; the rows of a result are fetched after it has gone back.
 */
export class SessionPool implements AsyncDisposable, Sessions {
  readonly network: Network;
  readonly meter = new Meter();
  readonly tries: number;
  readonly #settings: Settings;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  /** What the server works at in a session, whoever waits for it. */
  readonly #held = new Map<Connection, Set<string>>();
  readonly #waiting: (() => void)[] = [];
  readonly #ending = new Set<Promise<void>>();
  readonly #beginning = new Set<Promise<Connection>>();
  /** Whether a login has succeeded: then what can't be reached could be, and may be again. */
  #known = false;
  #closed = false;
  #lent = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.network = new Network(settings);
    this.tries = settings.tries;
  }

  /**
   * Lends a session to `use`. Where the session turns out to be gone, `use` is called once more
   * with a new one: what is run here can be repeated.
   */
  async with<T>(context: WorkContext, use: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#once(context, use);
    } catch (error) {
      if (!isSnowmeltError(error) || error.code !== 'SOURCE.SESSION_LOST') throw error;
      context.log.warn('session_lost', { message: error.message });
      return await this.#once(context, use);
    }
  }

  async #once<T>(context: WorkContext, use: (session: Session) => Promise<T>): Promise<T> {
    await this.#turn(context.signal);
    try {
      const session = await this.#take(context);
      try {
        const result = await use(this.#lend(session, context));
        this.#idle.push(session);
        return result;
      } catch (error) {
        this.#giveBack(session, error);
        throw error;
      }
    } finally {
      this.#lent -= 1;
      this.#waiting.shift()?.();
    }
  }

  #lend(connection: Connection, context: WorkContext): Session {
    const { queryTag: tag = this.#settings.queryTag, run } = context;
    const queryTag = run === undefined ? tag : `${tag} run=${run}`;
    const held = this.#held.get(connection) ?? new Set<string>();
    this.#held.set(connection, held);
    return {
      connection,
      queryTag,
      accessUrl: endpoint(this.#settings),
      network: this.network,
      meter: this.meter,
      hold: (query) => void held.add(query),
      letGo: (query) => void held.delete(query),
    };
  }

  async #take(context: WorkContext): Promise<Connection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isUp()) return idle;
      this.#end(idle);
    }
    const session = await this.#login(context);
    this.#all.add(session);
    // A session that arrives after the end would keep the process alive by its heartbeat.
    if (this.#closed) this.#end(session);
    context.log.debug('session_opened', { sessions: this.#all.size });
    return session;
  }

  async #login(context: WorkContext): Promise<Connection> {
    const beginning = login(this.#settings, context);
    this.#beginning.add(beginning);
    try {
      const session = await beginning;
      this.#known = true;
      return session;
    } catch (error) {
      throw this.#known ? passingOutage(error) : error;
    } finally {
      this.#beginning.delete(beginning);
    }
  }

  /** A refused statement leaves its session sound; anything else makes it suspect. */
  #giveBack(session: Connection, error: unknown): void {
    const lost = ['SOURCE.SESSION_LOST', 'SOURCE.NETWORK', 'SOURCE.AUTH_FAILED'];
    if (isSnowmeltError(error) && !lost.includes(error.code)) {
      this.#idle.push(session);
      return;
    }
    this.#end(session);
  }

  /** Nobody waits for the farewell but `dispose`. */
  #end(session: Connection): void {
    this.#all.delete(session);
    const holds = (this.#held.get(session)?.size ?? 0) > 0;
    this.#held.delete(session);
    if (holds) return abandon(session);
    const farewell = logout(session).finally(() => this.#ending.delete(farewell));
    this.#ending.add(farewell);
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#lent >= this.#settings.connections) await this.#wait(signal);
    this.#lent += 1;
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(wake);
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#idle.length = 0;
    await Promise.allSettled(this.#beginning);
    for (const session of this.#all) this.#end(session);
    await Promise.all(this.#ending);
    this.network.close();
  }
}

function passingOutage(error: unknown): unknown {
  if (!isSnowmeltError(error) || error.code !== 'SOURCE.UNREACHABLE') return error;
  return new SnowmeltError(error.code, error.message, { retry: 'chunk', fix: error.fix });
}
