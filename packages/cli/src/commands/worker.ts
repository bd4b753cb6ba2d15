import { Flags } from '@oclif/core';
import type { HelpReport } from '@snowmelt/core';

import { BaseCommand } from '../base/base-command.ts';
import { configFlags, logFlags, verifyFlags } from '../base/flags.ts';
import { readMatched, selectJobs, verifiedAs } from '../base/setup.ts';
import { exitCodeOfReport, exitCodes } from '../failure/exit-codes.ts';
import { formatFailure, viewFailure, type FailureView } from '../failure/show-failure.ts';
import { help } from '../run/help.ts';
import { viewReport, type RunView } from '../show/run-report.ts';
import { formatBytes, formatDuration, formatRows } from '../show/quantities.ts';

/** What `snowmelt worker --json` prints. */
export interface WorkerView extends Omit<HelpReport, 'report' | 'stoppedBy'> {
  readonly stoppedBy?: FailureView;
  /** Of the run, where this process has become its owner. */
  readonly report?: RunView;
}

export default class Worker extends BaseCommand {
  static override summary = 'Help with a run that goes on in another process, here or elsewhere.';
  static override description = `Loads chunks of the run with connections of its own, parallel_threads at once, until the run ends.
It never prepares or publishes; where the run's own process dies, one of its workers goes on in its
place. Ctrl-C or SIGTERM ends this process alone: its chunks are given back.

Exit codes: 0 the run has ended, whatever came of it; 3 stopped before that; 2 a failure that the
message explains; 1 a bug. Where this process has taken the run over, those of \`run\`.`;
  static override examples = [
    '<%= config.bin %> worker -c config.json',
    '<%= config.bin %> worker --run 0b8e6d1c-5a53-4a4e-9f0e-1d2c3b4a5f60',
  ];
  static override flags = {
    ...configFlags,
    run: Flags.string({
      helpValue: 'ID',
      summary: 'The run; by default the newest one of the configuration that goes on.',
    }),
    ...verifyFlags,
    ...logFlags,
  };

  async run(): Promise<WorkerView> {
    const { flags } = await this.parse(Worker);
    const { config } = await readMatched(flags);
    const { version } = this.config;
    const done = await help({
      config,
      jobs: verifiedAs(flags.verify, selectJobs(config, flags)),
      run: flags.run,
      flags,
      version,
    });
    const { report, stoppedBy, ...rest } = done;
    const stop = stoppedBy === undefined ? undefined : viewFailure(stoppedBy, 'snowmelt');
    const view = stop === undefined ? rest : { ...rest, stoppedBy: stop };
    process.exitCode = exitCodeOf(done);
    const { run, status, chunks, rows, bytes, seconds } = view;
    const did = `${formatRows(chunks)} chunks, ${formatRows(rows)} rows, ${formatBytes(bytes)}, ${formatDuration(seconds)} by this worker`;
    this.print([`Run ${run}: ${status}; ${did}${report === undefined ? '' : ', which ended it'}`]);
    if (stop !== undefined) this.complain(formatFailure(stop));
    return report === undefined ? view : { ...view, report: viewReport(report) };
  }
}

function exitCodeOf({ report, status }: HelpReport): number {
  if (report !== undefined) return exitCodeOfReport(report);
  return status === 'running' ? exitCodes.stopped : exitCodes.done;
}
