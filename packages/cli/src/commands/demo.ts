import { Flags } from '@oclif/core';

import { BaseCommand } from '../base/base-command.ts';
import { runDemo } from '../demo/run-demo.ts';
import { exitCodeOfReport } from '../failure/exit-codes.ts';
import { logFlags } from '../base/flags.ts';
import { formatDemoEnd, viewDemo, type DemoView } from '../demo/demo-report.ts';
import { formatRunFailures, formatRunReport, viewReport } from '../show/run-report.ts';
import { outputWidth } from '../show/text-table.ts';

export default class Demo extends BaseCommand {
  static override summary = 'Move real data from an emulated Snowflake to a real PostgreSQL, here.';
  static override description =
    'Starts both on free ports of this machine, moves the tables, compares them, and stops both. Needs no account and no network.';
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --keep'];
  static override flags = {
    keep: Flags.boolean({ summary: 'Leave both servers running until Ctrl-C.' }),
    ...logFlags,
  };

  async run(): Promise<DemoView> {
    const { flags } = await this.parse(Demo);
    const report = await runDemo(flags, (report, demo) => {
      this.print(formatRunReport(viewReport(report), outputWidth()));
      this.complain(formatRunFailures(viewReport(report)));
      this.print(formatDemoEnd(report, demo, flags.keep));
    });
    process.exitCode = exitCodeOfReport(report);
    return viewDemo(report);
  }
}
