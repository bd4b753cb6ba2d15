import type { LogFields, Logger } from '../contract/work-context.ts';

/** What this process waits for, as its log tells it. */
export interface NoticedWaits {
  /** To be logged by instead. */
  readonly log: Logger;
  /** In words for people; nothing where nothing was told, or not again when it would have been. */
  readonly now: () => string | undefined;
}

/** Events that say what something waits for, and the field with the cause. */
const waits: Readonly<Record<string, (fields: LogFields) => string>> = {
  waiting_for_lock: ({ what, held_by: by }) => `a lock: ${words(what)} (${words(by)})`,
  waiting_for_chunks: ({ table, why }) => `${words(why)} (${words(table)})`,
  waiting: ({ for: what, says }) => `${words(what)}: ${words(says)}`,
  database_away: ({ server, message }) => `${words(server)}: ${words(message)}`,
  statement_retried: ({ code, message }) => `another try: ${words(code)}: ${words(message)}`,
  chunk_retried: ({ code, message }) => `another try: ${words(code)}: ${words(message)}`,
};

/** Events of work that has come forward: what was told before is over, or not all there is. */
const forward: ReadonlySet<string> = new Set([
  'chunk_loaded',
  'index_built',
  'table_ended',
  'table_phase',
  'unloaded',
]);

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Milliseconds until a wait that lasts is told once more, and a little. */
function toldAgainWithin({ seconds }: LogFields): number {
  return Math.min(typeof seconds === 'number' ? 2 * seconds + 20 : 45, 200) * 1000;
}

/** Keeps what is waited for where it can be shown. */
export function noticeWaits(log: Logger): NoticedWaits {
  let last: { readonly text: string; readonly until: number } | undefined;
  const tell =
    (level: keyof Logger): Logger['info'] =>
    (event, fields = {}) => {
      const text = waits[event]?.(fields);
      if (forward.has(event)) last = undefined;
      if (text !== undefined) last = { text, until: performance.now() + toldAgainWithin(fields) };
      log[level](event, fields);
    };
  return {
    log: { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') },
    now: () => (last !== undefined && performance.now() < last.until ? last.text : undefined),
  };
}
