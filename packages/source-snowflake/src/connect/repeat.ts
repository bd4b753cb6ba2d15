import { backoff, isSnowmeltError, type WorkContext } from '@snowmelt/core';

/**
 * Does it again where it failed by something that passes, after a wait. All of our statements can
 * be said twice: they read, set the session, drop what is ours where it is there, or write to a
 * place of their own that nobody reads without their answer. A statement that ran out of its time
 * is not tried again here: it would take that time again.
 */
export async function repeat<T>(
  tries: number,
  context: WorkContext,
  work: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      const passes = isSnowmeltError(error) && error.retry === 'chunk';
      if (!passes || error.code === 'SOURCE.STATEMENT_TIMEOUT' || tried >= tries) throw error;
      const wait = backoff(tried);
      const { code, message } = error;
      context.log.warn('statement_retried', { code, message, wait_ms: wait });
      await context.clock.sleep(wait, context.signal);
    }
  }
}
