import type { LogFields, Logger } from '@snowmelt/core';

import type { Progress } from '../progress/progress-state.ts';

/** Events that say what something waits for, and the field with the cause. */
const waits: Readonly<Record<string, (fields: LogFields) => string>> = {
  waiting_for_lock: ({ what, held_by: by }) => `waiting for a lock: ${words(what)} (${words(by)})`,
  waiting_for_chunks: ({ table, why }) => `waiting: ${words(why)} (${words(table)})`,
  waiting: ({ for: what, says }) => `waiting for ${words(what)}: ${words(says)}`,
  database_away: ({ server, message }) => `waiting for ${words(server)}: ${words(message)}`,
  statement_retried: ({ code, message }) => `trying again: ${words(code)}: ${words(message)}`,
  chunk_retried: ({ code, message }) => `trying again: ${words(code)}: ${words(message)}`,
};

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Keeps what is waited for where the display shows it. */
export function noticeWaits(log: Logger, progress: Progress): Logger {
  const tell =
    (level: keyof Logger): Logger['info'] =>
    (event, fields = {}) => {
      const text = waits[event]?.(fields);
      if (text !== undefined) progress.wait = { at: Date.now(), text };
      log[level](event, fields);
    };
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
}
