import { Flags } from '@oclif/core';
import { diagnoseRun, type RunActivity, type Target } from '@snowmelt/core';
import { openStatus, openTarget } from '@snowmelt/wiring';

import { BaseCommand } from '../base/base-command.ts';
import { attributedFlag, configFlags, logFlags } from '../base/flags.ts';
import { makeContext, makeLogger, readConfig } from '../base/setup.ts';
import { withConfig } from '../show/diagnosis.ts';
import { outputWidth } from '../show/text-table.ts';
import { askAttributed } from '../status/attributed.ts';
import { followStatus } from '../status/follow-status.ts';
import { formatRun, formatRuns, noRuns } from '../status/format-status.ts';
import { readStatus } from '../status/read-status.ts';
import type { StatusView } from '../status/view-status.ts';

export default class Status extends BaseCommand {
  static override summary = 'Show how far the latest run is, what failed and what to do.';
  static override description = `Of the runs that went where this configuration's tables go, from any machine that reaches the status
database. \`running\` has a living process; of a \`dead\` one it is gone, and the same command goes on;
\`stopped\` ended with work left; \`superseded\` as well, but later runs have its tables by now.`;
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --watch',
    '<%= config.bin %> status --limit 10',
    '<%= config.bin %> status --attributed',
    '<%= config.bin %> status --run 0b8e6d1c-5a53-4a4e-9f0e-1d2c3b4a5f60 --json',
  ];
  static override flags = {
    ...configFlags,
    ...logFlags,
    run: Flags.string({ helpValue: 'ID', summary: 'This run.', exclusive: ['limit', 'all'] }),
    limit: Flags.integer({ min: 1, max: 1000, helpValue: 'N', summary: 'The latest N runs.' }),
    all: Flags.boolean({ summary: 'Also runs of other configurations.' }),
    watch: Flags.boolean({
      summary: 'Show it anew every 2 seconds, until the run has ended.',
      exclusive: ['limit', 'json', 'attributed'],
    }),
    ...attributedFlag,
  };

  async run(): Promise<StatusView> {
    const { flags } = await this.parse(Status);
    const config = await readConfig(flags);
    await using opened = new AsyncDisposableStack();
    const log = makeLogger(flags);
    const status = opened.use(await openStatus(config, log));
    let target: Promise<Target> | undefined;
    const open = () => (target ??= openTarget(config, log).then((one) => opened.use(one)));
    const using = { status, context: makeContext(log, new AbortController().signal) };
    const troublesOf = async (seen: RunActivity) =>
      (await diagnoseRun(seen, open, using)).map((one) => withConfig(one, flags));
    const { run, limit, all } = flags;
    const read = () => readStatus(status, { config, run, limit: limit ?? 1, all, troublesOf });
    const show = (view: StatusView): readonly string[] => {
      const [only] = view.runs;
      const width = outputWidth();
      if (only === undefined) return noRuns;
      return limit === undefined
        ? formatRun(only, width, view.attribution)
        : formatRuns(view, width);
    };
    if (flags.watch) {
      return { runs: await followStatus(read, (runs) => show({ runs }), process.stdout) };
    }
    const runs = await read();
    const view = flags.attributed ? await askAttributed(config, runs, log) : { runs };
    this.print(show(view));
    return view;
  }
}
