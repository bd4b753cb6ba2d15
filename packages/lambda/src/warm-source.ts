import { createHash } from 'node:crypto';

import { isSecret, type Config, type Logger, type Source } from '@snowmelt/core';
import { openSource } from '@snowmelt/wiring';

/**
 * Milliseconds after which a connection that nobody has used is not trusted: networks forget it without
 * a word, a NAT gateway after 350 seconds (docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html).
 */
const mostIdle = 300_000;

/** A source for the length of an invocation. */
export interface LentSource extends AsyncDisposable {
  readonly source: Source;
}

/**
 * Snowflake's sessions outlive an invocation, since a login takes a second or two, and costs Snowflake
 * nothing while it is idle. PostgreSQL's connections do not: an environment that is frozen for hours
 * would keep some of the few that a server has, and locks with them.
 */
export class WarmSource {
  #kept: { readonly key: string; readonly source: Source; readonly since: number } | undefined;

  /** The one of the invocation before, where it is of the same login and was used lately. */
  async lend(config: Config, log: Logger, now = Date.now()): Promise<LentSource> {
    const key = keyOf(config);
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined && kept.key === key && now - kept.since < mostIdle) {
      return this.#lent(key, kept.source);
    }
    // A server that does not hear the farewell must not hold up this invocation.
    if (kept !== undefined)
      void Promise.resolve(kept.source[Symbol.asyncDispose]()).catch(() => undefined);
    return this.#lent(key, await openSource(config, log));
  }

  /** What is lent when the time is up comes back too late, or never: nobody else gets it. */
  #lent(key: string, source: Source): LentSource {
    return {
      source,
      [Symbol.asyncDispose]: async () => {
        if (this.#kept === undefined) this.#kept = { key, source, since: Date.now() };
        else await source[Symbol.asyncDispose]();
      },
    };
  }
}

/** Everything that a source is made of: a secret that was renewed makes another one. */
function keyOf({ snowflake, parallel_threads, max_retry_attempts, query_tag }: Config): string {
  const parts = [snowflake, parallel_threads, max_retry_attempts, query_tag];
  return createHash('sha256').update(JSON.stringify(parts, withSecrets)).digest('hex');
}

/** `this` is what holds the value, before a secret has made three stars of itself; the hash is kept, no more. */
function withSecrets(
  this: Readonly<Record<string, unknown>>,
  key: string,
  value: unknown,
): unknown {
  const whole = this[key];
  return isSecret(whole) ? whole.reveal() : value;
}
