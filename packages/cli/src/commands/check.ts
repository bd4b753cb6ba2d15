import { dim, green, red } from 'ansis';

import { BaseCommand } from '../base-command.ts';
import { checkConfig, type Check as OneCheck, type CheckView } from '../check/check-config.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { formatFailure } from '../failure/show-failure.ts';
import { configFlags, logFlags, tableFlags } from '../flags.ts';
import { openSides } from '../plan/open-sides.ts';
import { logWarnings, makeLogger, readConfig, selectJobs } from '../setup.ts';
import { formatFindings } from '../show/findings.ts';

export default class Check extends BaseCommand {
  static override summary = 'Check configuration, connections, privileges and tables.';
  static override description = `Changes nothing.

Exit codes: 0 all is well; 4 there are warnings; 2 a run would fail; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> check -c config.json --env-file .env',
    '<%= config.bin %> check --source sales --json',
  ];
  static override flags = { ...configFlags, ...tableFlags, ...logFlags };

  async run(): Promise<CheckView> {
    const { flags } = await this.parse(Check);
    const config = await readConfig(flags);
    logWarnings(config, makeLogger(flags));
    const jobs = selectJobs(config, flags);
    await using sides = await openSides(config, flags);
    const view = await checkConfig(config, jobs, sides);
    this.print(view.checks.flatMap(formatCheck));
    process.exitCode = exitCode(view);
    return view;
  }
}

function exitCode({ ok, checks }: CheckView): number {
  if (!ok) return exitCodes.failed;
  return checks.some(({ findings }) => findings.length > 0) ? exitCodes.findings : exitCodes.done;
}

function formatCheck({ name, ok, detail, findings, error }: OneCheck): readonly string[] {
  const mark = ok ? green('✔') : red('✘');
  return [
    `${mark} ${name}${detail === undefined ? '' : dim(`  ${detail}`)}`,
    ...formatFindings(findings).map((line) => `    ${line}`),
    ...(error === undefined ? [] : formatFailure(error).map((line) => `    ${line}`)),
  ];
}
