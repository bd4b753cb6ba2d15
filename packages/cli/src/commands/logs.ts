import { Flags } from '@oclif/core';
import type { RunEvent } from '@snowmelt/core';
import { openStatus } from '@snowmelt/wiring';

import { BaseCommand } from '../base/base-command.ts';
import { configFlags } from '../base/flags.ts';
import { makeLogger, readConfig } from '../base/setup.ts';
import { formatEvents } from '../history/format-events.ts';
import { outputWidth } from '../show/text-table.ts';
import { noRuns } from '../status/format-status.ts';
import { newestRun, orHowToUpgrade } from '../status/read-status.ts';

export interface LogsView {
  /** Absent: there is no run of this configuration. */
  readonly run?: string;
  /** Oldest first. */
  readonly events: readonly RunEvent[];
}

export default class Logs extends BaseCommand {
  static override summary =
    'Show what happened in a run: what began, ended, failed and was tried again.';
  static override description = `Read from the status database, so from any machine, also of a run that was killed. It keeps what
began and ended and why things failed, not each line: those are on stderr of the process that runs, and
in the file that \`snowmelt run --log-file\` names (docs/reference/logs.md).`;
  static override examples = [
    '<%= config.bin %> logs',
    '<%= config.bin %> logs --limit 500 --json',
    '<%= config.bin %> logs --run 0b8e6d1c-5a53-4a4e-9f0e-1d2c3b4a5f60',
  ];
  static override flags = {
    ...configFlags,
    run: Flags.string({ helpValue: 'ID', summary: 'Of this run. Default: the latest.' }),
    limit: Flags.integer({
      min: 1,
      max: 10_000,
      default: 100,
      helpValue: 'N',
      summary: 'The latest N of them.',
    }),
  };

  async run(): Promise<LogsView> {
    const { flags } = await this.parse(Logs);
    const config = await readConfig(flags);
    await using store = await openStatus(config, makeLogger({}));
    const run = flags.run ?? (await newestRun(store, config));
    if (run === undefined) {
      this.print(noRuns);
      return { events: [] };
    }
    const events = (await orHowToUpgrade(() => store.events?.(run, flags.limit))) ?? [];
    this.print(formatEvents(run, events, outputWidth()));
    return { run, events };
  }
}
