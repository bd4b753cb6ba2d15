import { Flags } from '@oclif/core';
import type { Config, TableJob } from '@snowmelt/core';

import { BaseCommand } from '../base/base-command.ts';
import { checkConfig, type CheckView } from '../check/check-config.ts';
import { examineSource, formatDeepView, type DeepView } from '../check/examine-source.ts';
import { formatChecks } from '../check/format-checks.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { configFlags, logFlags, tableFlags } from '../base/flags.ts';
import { openSides } from '../plan/open-sides.ts';
import { makeContext, makeLogger, readMatched, selectJobs, type LogFlags } from '../base/setup.ts';
import { outputWidth } from '../show/text-table.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { openSource, openStatus } from '@snowmelt/wiring';

export default class Check extends BaseCommand {
  static override summary = 'Check configuration, connections, privileges and tables.';
  static override description = `Changes nothing.

With --deep it asks Snowflake alone, some two dozen harmless statements about what only an account can
tell, beside the first table: a temporary stage and table are made and dropped, no table is read but
one of Snowflake's public samples. What it prints is made to be shown to others.

Exit codes: 0 all is well; 4 there are warnings, or with --deep differences; 2 a run would fail; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> check -c config.json --env-file .env',
    '<%= config.bin %> check --source sales --json',
    '<%= config.bin %> check --deep',
  ];
  static override flags = {
    ...configFlags,
    ...tableFlags,
    deep: Flags.boolean({ summary: 'Ask Snowflake what only an account can tell.' }),
    ...logFlags,
  };

  async run(): Promise<CheckView | DeepView> {
    const { flags } = await this.parse(Check);
    const { config } = await readMatched(flags);
    const jobs = selectJobs(config, flags);
    if (flags.deep) return this.#deep(config, jobs, flags);
    await using sides = await openSides(config, flags);
    await using status = await openStatus(config, makeLogger(flags));
    const view = await checkConfig(config, jobs, { ...sides, status });
    this.print(formatChecks(view, outputWidth()));
    process.exitCode = exitCode(view);
    return view;
  }

  async #deep(config: Config, jobs: readonly TableJob[], flags: LogFlags): Promise<DeepView> {
    await using source = await openSource(config);
    using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
    const context = makeContext(makeLogger(flags), stop.signal);
    const { version } = this.config;
    const view = await examineSource(source, jobs, { context, version });
    this.print(formatDeepView(view));
    process.exitCode = view.ok ? exitCodes.done : exitCodes.findings;
    return view;
  }
}

function exitCode({ ok, checks }: CheckView): number {
  if (!ok) return exitCodes.failed;
  return checks.some(({ findings }) => findings.length > 0) ? exitCodes.findings : exitCodes.done;
}
