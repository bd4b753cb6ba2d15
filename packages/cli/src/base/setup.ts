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
  unknownSources,
  type Config,
  type Environment,
  type Logger,
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

/** Log lines go to `write`, which is stderr unless a display is in the way. */
export function makeLogger(
  flags: LogFlags,
  write = (line: string): void => void process.stderr.write(`${line}\n`),
): Logger {
  const format = flags['log-format'] === 'json' ? formatJson : formatLogfmt;
  const level = flags['log-level'] ?? (process.stderr.isTTY ? 'warn' : 'info');
  return createLogger(level, (entry) => write(format(entry)));
}

export function makeContext(log: Logger, signal: AbortSignal): WorkContext {
  return { log, signal, clock: systemClock };
}
