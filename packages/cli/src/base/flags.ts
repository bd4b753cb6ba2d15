import { Flags } from '@oclif/core';
import { logLevels, type MigrationRequest } from '@snowmelt/core';

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
  'log-file': Flags.string({
    helpValue: 'FILE',
    summary: 'Also append every event, debug ones too, to this file as JSON lines.',
  }),
};

export const attributedFlag = {
  attributed: Flags.boolean({
    summary: 'Also ask Snowflake what it attributes to each run, hours late: wakes the warehouse.',
  }),
};

export const verifyFlags = {
  verify: Flags.option({
    options: ['off', 'count', 'digest'] as const,
    summary: "How source and target are compared; overrides the configuration's.",
  })(),
};

export const resumeFlags = {
  'no-resume': Flags.boolean({
    summary: 'Start a new run.',
    exclusive: ['resume-run-id', 'resume-max-age'],
  }),
  'resume-max-age': Flags.integer({
    default: 168,
    min: 1,
    helpValue: 'HOURS',
    summary: 'How old a run may be to go on with.',
    noCacheDefault: true,
  }),
  'resume-run-id': Flags.string({
    helpValue: 'ID',
    summary: 'Go on with this run, whatever its age and configuration.',
  }),
};

export function resumeOf(flags: {
  'no-resume': boolean;
  'resume-max-age': number;
  'resume-run-id'?: string | undefined;
}): MigrationRequest['resume'] {
  if (flags['no-resume']) return { mode: 'never' };
  const run = flags['resume-run-id'];
  if (run !== undefined) return { mode: 'run', run };
  return { mode: 'auto', maxAgeHours: flags['resume-max-age'] };
}

const names = { multiple: true, delimiter: ',', helpValue: 'NAME' } as const;

export const tableFlags = {
  source: Flags.string({ ...names, summary: 'Only these sources; repeatable, or with commas.' }),
  table: Flags.string({
    ...names,
    summary: 'Only these tables: NAME, SCHEMA.NAME, DB.SCHEMA.NAME or source_name/NAME.',
  }),
};
