import { Flags } from '@oclif/core';
import { SnowmeltError, type RejectQuery, type Rejects, type Target } from '@snowmelt/core';

/** Which refused rows are meant. */
export const rejectFlags = {
  run: Flags.string({ helpValue: 'ID', summary: 'Only rows of this run.' }),
  table: Flags.string({
    helpValue: 'NAME',
    summary: 'Only rows of this target table: NAME or SCHEMA.NAME.',
  }),
};

export const allFlag = {
  all: Flags.boolean({
    summary: 'Also rows that are loaded by now, or superseded by a later run.',
    default: false,
  }),
};

export interface GivenRejectFlags {
  readonly run?: string | undefined;
  readonly table?: string | undefined;
  readonly all?: boolean;
}

export function rejectQuery({ run, table, all = false }: GivenRejectFlags): RejectQuery {
  return {
    ...(run === undefined ? {} : { run }),
    ...(table === undefined ? {} : { table }),
    all,
  };
}

/** The quarantine of a target. */
export function rejectsOf({ rejects }: Target): Rejects {
  if (rejects !== undefined) return rejects;
  throw new SnowmeltError('CONFIG.UNSUPPORTED', 'this target keeps no refused rows');
}
