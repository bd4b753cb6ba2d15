import { Flags } from '@oclif/core';
import type { RejectFilter } from '@snowmelt/core';

export const rejectFlags = {
  run: Flags.string({ helpValue: 'ID', summary: 'Only rows of this run.' }),
  table: Flags.string({
    helpValue: 'NAME',
    summary: 'Only rows of this target table: name or schema.name.',
  }),
};

export function filterOf(flags: {
  readonly run?: string | undefined;
  readonly table?: string | undefined;
}): RejectFilter {
  return {
    ...(flags.run === undefined ? {} : { run: flags.run }),
    ...(flags.table === undefined ? {} : { table: flags.table }),
  };
}
