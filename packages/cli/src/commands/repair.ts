import { Flags } from '@oclif/core';
import type { RepairedTable, RepairReport } from '@snowmelt/core';
import { green, red, yellow } from 'ansis';

import { BaseCommand } from '../base-command.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { configFlags, logFlags } from '../flags.ts';
import { repairTargets } from '../repair/repair-targets.ts';
import { readConfig } from '../setup.ts';
import { formatFindings } from '../show/findings.ts';
import { formatShadow, isSettled } from '../show/repaired-shadow.ts';
import { formatRef } from '../show/run-report.ts';

export interface RepairView {
  readonly databases: readonly RepairReport[];
}

export default class Repair extends BaseCommand {
  static override summary =
    'Bring back indexes and constraints that a run has dropped, and clear away what it has left.';
  static override description = `Looks into all target databases of the configuration. Tables that a live run is loading are left
alone. Nothing changes where nothing is missing.

A full refresh by swap gathers rows in a table of the schema snowmelt. One that was left behind is
removed where no run can go on with it; the rows of the target are not touched. Where its run can
still go on, it stays: the same command as before finishes that run. --drop-shadows removes it as
well, and the run ends: start the next one with --no-resume.

Exit codes: 0 nothing is missing any more; 4 something still is, or could not be removed; 2 a failure that the message
explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> repair -c config.json',
    '<%= config.bin %> repair --drop-shadows',
    '<%= config.bin %> repair --json',
  ];
  static override flags = {
    ...configFlags,
    'drop-shadows': Flags.boolean({
      description: 'Also remove what swaps have gathered in runs that could still go on.',
      default: false,
    }),
    ...logFlags,
  };

  async run(): Promise<RepairView> {
    const { flags } = await this.parse(Repair);
    const databases = await repairTargets(await readConfig(flags), flags);
    const tables = databases.flatMap((report) => report.tables);
    const shadows = databases.flatMap((report) => report.shadows);
    this.print([
      ...(tables.length === 0 ? ['Nothing is missing.'] : tables.flatMap(formatRepaired)),
      ...shadows.map(formatShadow),
    ]);
    const settled = tables.every(isWhole) && shadows.every(isSettled);
    process.exitCode = settled ? exitCodes.done : exitCodes.findings;
    return { databases };
  }
}

function isWhole({ busy, findings }: RepairedTable): boolean {
  return !busy && findings.length === 0;
}

function formatRepaired(table: RepairedTable): readonly string[] {
  const name = formatRef(table.target);
  if (table.busy) return [`${yellow('–')} ${name}: a run is loading it; it was left alone`];
  const mark = isWhole(table) ? green('✔') : red('✘');
  const back = table.owed.length - table.findings.length;
  return [
    `${mark} ${name}: ${back} of ${table.owed.length} indexes and constraints are back`,
    ...formatFindings(table.findings).map((line) => `    ${line}`),
  ];
}
