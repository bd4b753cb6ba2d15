import { Flags } from '@oclif/core';
import { limitTables } from '@snowmelt/core';

import { BaseCommand } from '../base/base-command.ts';
import { exitCodeOfReport, exitCodes } from '../failure/exit-codes.ts';
import {
  configFlags,
  logFlags,
  resumeFlags,
  resumeOf,
  tableFlags,
  verifyFlags,
} from '../base/flags.ts';
import { migrate } from '../run/migrate.ts';
import { withEnd } from '../run/with-end.ts';
import {
  readMatched,
  selectJobs,
  verifiedAs,
  type LogFlags,
  type SetupFlags,
} from '../base/setup.ts';
import {
  formatRunFailures,
  formatRunReport,
  viewReport,
  type RunView,
} from '../show/run-report.ts';
import { outputWidth } from '../show/text-table.ts';

export default class Run extends BaseCommand {
  static override summary = 'Move the tables, or go on with a run that was stopped.';
  static override description = `Without more, the newest unfinished run of the same configuration goes on where it stopped.
Progress and logs go to stderr, the report to stdout, and both to files where --log-file and --report
name them. Whom \`notify\` of the configuration names is told how it ended.

--limit is for a first try: so many rows of each table, whichever come first, go into its empty table.
Nothing takes them for the whole: the run ends \`partial\` with exit code 4, and the next run, with
--limit or without, takes them out first.

Exit codes: 0 done; 4 done, with findings, or a first try; 2 a failure that the message explains; 3 stopped with
work left; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> run -c config.json',
    '<%= config.bin %> run --source sales --table ORDERS,CUSTOMERS',
    '<%= config.bin %> run --no-resume --verify digest',
    '<%= config.bin %> run --json --log-level warn > report.json',
    '<%= config.bin %> run --report night.html --log-file night.jsonl',
    '<%= config.bin %> run --workers 4',
    '<%= config.bin %> run --limit 1000',
  ];
  static override flags = {
    ...configFlags,
    ...tableFlags,
    ...resumeFlags,
    ...verifyFlags,
    'upgrade-status-schema': Flags.boolean({
      summary: 'Upgrade the status schema of the earlier tool, which fails there from then on.',
    }),
    report: Flags.string({
      helpValue: 'FILE',
      summary: 'Write a report at the end, as .html or .json.',
    }),
    'metrics-port': Flags.integer({
      min: 0,
      max: 65_535,
      helpValue: 'PORT',
      summary: 'Serve metrics for Prometheus at http://127.0.0.1:PORT/metrics; 0: any free port.',
    }),
    limit: Flags.integer({
      min: 1,
      helpValue: 'ROWS',
      summary: 'A first try: so many rows of each table at most, into empty tables.',
      exclusive: ['resume-run-id', 'workers'],
    }),
    workers: Flags.integer({
      default: 1,
      min: 1,
      max: 64,
      helpValue: 'N',
      summary: 'Processes that work on the run, this one among them; each with parallel_threads.',
      noCacheDefault: true,
    }),
    ...logFlags,
  };

  async run(): Promise<RunView> {
    const { flags } = await this.parse(Run);
    const { config } = await readMatched(flags);
    const asked = verifiedAs(flags.verify, selectJobs(config, flags));
    const jobs = flags.limit === undefined ? asked : limitTables(asked, flags.limit);
    const migration = {
      config,
      jobs,
      resume: resumeOf(flags),
      upgradeStatus: flags['upgrade-status-schema'],
      metricsPort: flags['metrics-port'],
      flags,
      version: this.config.version,
      workers: { count: flags.workers - 1, args: workerArgs(flags) },
    };
    const report = await withEnd(migration, () => migrate(migration), flags.report);
    process.exitCode = exitCodeOfReport(report);
    const view = viewReport(report);
    this.print(formatRunReport(view, outputWidth()));
    this.complain(formatRunFailures(view));
    if (process.exitCode === exitCodes.stopped) {
      const next = flags.limit === undefined ? 'goes on from here' : 'begins the try anew';
      process.stderr.write(`Stopped with work left. The same command ${next}.\n`);
    }
    return view;
  }
}

/** What a worker must be told as well: it may take the run over. Which tables, the run knows. */
const sharedFlags = [
  'config',
  'env-file',
  'verify',
  'log-level',
  'log-format',
  'log-file',
] as const;

function workerArgs(
  flags: SetupFlags & LogFlags & { readonly verify?: string | undefined },
): readonly string[] {
  return sharedFlags.flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [`--${name}`, value];
  });
}
