import { openSync, writeSync } from 'node:fs';

import {
  configWarnings,
  createLogger,
  formatJson,
  formatLogfmt,
  hasWildcards,
  loadConfig,
  loadEnvFile,
  resolveTables,
  systemClock,
  SnowmeltError,
  unknownSources,
  type Config,
  type Environment,
  type LogFields,
  type Logger,
  type LogEntry,
  type LogLevel,
  type MatchedConfig,
  type TableJob,
  type WorkContext,
} from '@snowmelt/core';
import { matchConfig } from '@snowmelt/wiring';

import { listenForStop } from './stop-signal.ts';

export interface SetupFlags {
  readonly config: string;
  readonly 'env-file'?: string | undefined;
}

export interface LogFlags {
  readonly 'log-level'?: LogLevel | undefined;
  readonly 'log-format'?: 'logfmt' | 'json';
  readonly 'log-file'?: string | undefined;
}

export interface SelectionFlags {
  readonly source?: readonly string[] | undefined;
  readonly table?: readonly string[] | undefined;
}

export async function readConfig(flags: SetupFlags): Promise<Config> {
  const file = flags['env-file'];
  const fromFile: Environment = file === undefined ? {} : await loadEnvFile(file);
  return loadConfig(flags.config, { env: { ...fromFile, ...process.env } });
}

/** The same with the tables that its wildcards stand for, as the catalog has them now. */
export async function readMatched(flags: SetupFlags & LogFlags): Promise<MatchedConfig> {
  const config = await readConfig(flags);
  if (!hasWildcards(config)) return { config, matches: [] };
  using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
  return await matchConfig(config, makeContext(makeLogger(flags), stop.signal));
}

/** The jobs that are asked for; what is seldom meant is logged. */
export function selectJobs(config: Config, flags: SelectionFlags & LogFlags): TableJob[] {
  const selection = {
    ...(flags.source === undefined ? {} : { sources: flags.source }),
    ...(flags.table === undefined ? {} : { tables: flags.table }),
  };
  const jobs = resolveTables(config, selection);
  const log = makeLogger(flags);
  for (const message of [...configWarnings(config), ...unknownSources(config, selection)]) {
    log.warn('config_warning', { message });
  }
  return jobs;
}

/** A flag overrides how the configuration has the tables compared. */
export function verifiedAs(
  verify: TableJob['verify'] | undefined,
  jobs: readonly TableJob[],
): readonly TableJob[] {
  return verify === undefined ? jobs : jobs.map((job) => ({ ...job, verify }));
}

interface LogWay {
  /** Takes a line; by default stderr, unless a display is in the way. */
  readonly write?: (line: string) => void;
  /** What stands in each line. */
  readonly fields?: LogFields | undefined;
}

export function makeLogger(
  flags: LogFlags,
  { write = (line) => void process.stderr.write(`${line}\n`), fields = {} }: LogWay = {},
): Logger {
  const format = flags['log-format'] === 'json' ? formatJson : formatLogfmt;
  const withFields = (entry: LogEntry) => ({ ...entry, fields: { ...fields, ...entry.fields } });
  const level = flags['log-level'] ?? (process.stderr.isTTY ? 'warn' : 'info');
  const log = createLogger(level, (entry) => write(format(withFields(entry))));
  const file = flags['log-file'];
  if (file === undefined) return log;
  const append = appendTo(file);
  return both(
    log,
    createLogger('debug', (entry) => append(withFields(entry))),
  );
}

const logFiles = new Map<string, number>();

/** At once, so that what was said is there after a kill. */
function appendTo(file: string): (entry: LogEntry) => void {
  const open = logFiles.get(file) ?? openLogFile(file);
  logFiles.set(file, open);
  return (entry) => {
    try {
      writeSync(open, `${formatJson(entry)}\n`);
    } catch {
      // A full disk ends the log, not the run.
    }
  };
}

function openLogFile(file: string): number {
  try {
    return openSync(file, 'a');
  } catch (error) {
    throw new SnowmeltError('CLI.USAGE', `--log-file ${file}: it can not be written to`, {
      cause: error,
      fix: 'Make its folder, or choose another one.',
    });
  }
}

function both(one: Logger, other: Logger): Logger {
  const tell =
    (level: keyof Logger): Logger['info'] =>
    (event, fields) => {
      one[level](event, fields);
      other[level](event, fields);
    };
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
}

export function makeContext(
  log: Logger,
  signal: AbortSignal,
  waitsFor?: WorkContext['waitsFor'],
): WorkContext {
  return { log, signal, clock: systemClock, ...(waitsFor === undefined ? {} : { waitsFor }) };
}
