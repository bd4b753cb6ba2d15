import {
  configWarnings,
  createLogger,
  formatJson,
  formatLogfmt,
  loadConfig,
  loadEnvFile,
  resolveTables,
  systemClock,
  type Config,
  type Environment,
  type Logger,
  type LogLevel,
  type TableJob,
  type WorkContext,
} from '@snowmelt/core';

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

export function selectJobs(config: Config, flags: SelectionFlags): TableJob[] {
  return resolveTables(config, {
    ...(flags.source === undefined ? {} : { sources: flags.source }),
    ...(flags.table === undefined ? {} : { tables: flags.table }),
  });
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

export function logWarnings(config: Config, log: Logger): void {
  for (const message of configWarnings(config)) log.warn('config_warning', { message });
}
