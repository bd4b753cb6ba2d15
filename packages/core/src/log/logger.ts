import type { LogFields, Logger } from '../contract/work-context.ts';
import { visible } from './visible.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogEntry {
  readonly time: Date;
  readonly level: Exclude<LogLevel, 'silent'>;
  readonly event: string;
  readonly fields: LogFields;
}

/** A logger that hands entries of `level` and above to `write`, one call an event. */
export function createLogger(level: LogLevel, write: (entry: LogEntry) => void): Logger {
  const threshold = logLevels.indexOf(level);
  const log =
    (of: LogEntry['level']) =>
    (event: string, fields: LogFields = {}) => {
      if (logLevels.indexOf(of) < threshold) return;
      write({ time: new Date(), level: of, event, fields });
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

/** One line in logfmt: `time=… level=… event=… key=value`. Values are quoted where they need it. */
export function formatLogfmt({ time, level, event, fields }: LogEntry): string {
  const pairs = Object.entries({ time: time.toISOString(), level, event, ...fields })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${visible(key)}=${logfmtValue(value)}`);
  return pairs.join(' ');
}

/** One line of JSON. */
export function formatJson({ time, level, event, fields }: LogEntry): string {
  return visible(JSON.stringify({ time: time.toISOString(), level, event, ...fields }));
}

function logfmtValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const shown = visible(text);
  return /^[^\s"=\\]+$/u.test(shown) ? shown : visible(JSON.stringify(text));
}
