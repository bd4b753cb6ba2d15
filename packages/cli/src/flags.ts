import { Flags } from '@oclif/core';
import { logLevels } from '@snowmelt/core';

export const configFlags = {
  config: Flags.string({
    char: 'c',
    default: 'config.json',
    helpValue: 'FILE',
    summary: 'Configuration file, JSON or YAML.',
  }),
  'env-file': Flags.string({
    helpValue: 'FILE',
    summary: 'Read variables from a .env file; those of the environment win.',
  }),
};

export const logFlags = {
  'log-level': Flags.option({
    options: logLevels,
    summary: 'What to log on stderr. Default: warn on a terminal, else info.',
  })(),
  'log-format': Flags.option({
    options: ['logfmt', 'json'] as const,
    default: 'logfmt' as const,
    summary: 'How a log line is written.',
  })(),
};

const names = { multiple: true, delimiter: ',', helpValue: 'NAME' } as const;

export const tableFlags = {
  source: Flags.string({ ...names, summary: 'Only these sources; repeatable, or with commas.' }),
  table: Flags.string({
    ...names,
    summary: 'Only these tables: NAME, SCHEMA.NAME, DB.SCHEMA.NAME or source_name/NAME.',
  }),
};
