import { Flags } from '@oclif/core';
import { SnowmeltError, isSnowmeltError, type RunSummary, type StatusStore } from '@snowmelt/core';

import { BaseCommand } from '../base/base-command.ts';
import { configFlags } from '../base/flags.ts';
import { makeLogger, readConfig } from '../base/setup.ts';
import { formatRun, formatRuns } from '../show/run-summary.ts';
import { outputWidth } from '../show/text-table.ts';
import { openStatus } from '@snowmelt/wiring';

export interface StatusView {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
}

export default class Status extends BaseCommand {
  static override summary = 'Show the latest run, or others.';
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --limit 10',
    '<%= config.bin %> status --run 0b8e6d1c-5a53-4a4e-9f0e-1d2c3b4a5f60 --json',
  ];
  static override flags = {
    ...configFlags,
    run: Flags.string({ helpValue: 'ID', summary: 'This run.', exclusive: ['limit'] }),
    limit: Flags.integer({ min: 1, max: 1000, helpValue: 'N', summary: 'The latest N runs.' }),
  };

  async run(): Promise<StatusView> {
    const { flags } = await this.parse(Status);
    const config = await readConfig(flags);
    await using store = await openStatus(config, makeLogger({}));
    const id = flags.run;
    const runs = await readRuns(store, id, flags.limit ?? 1);
    const [only] = runs;
    const width = outputWidth();
    const whole = flags.limit === undefined && only !== undefined;
    this.print(whole ? formatRun(only, width) : formatRuns(runs, width));
    return { runs };
  }
}

/** Reading changes nothing, so a schema that is not there yet, or is an older one, stays as it is. */
async function readRuns(
  store: StatusStore,
  id: string | undefined,
  limit: number,
): Promise<readonly RunSummary[]> {
  try {
    return id === undefined ? await store.runs(limit) : [await store.summary(id)];
  } catch (error) {
    if (!isSnowmeltError(error) || error.code !== 'STATUS.SCHEMA') throw error;
    const fix = '`snowmelt run` creates the status schema and brings it up to date.';
    throw new SnowmeltError(error.code, error.message, { cause: error, fix });
  }
}
