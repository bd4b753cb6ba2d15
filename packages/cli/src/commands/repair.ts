import type { RepairedTable, RepairReport } from '@snowmelt/core';
import { green, red, yellow } from 'ansis';

import { BaseCommand } from '../base-command.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { configFlags, logFlags } from '../flags.ts';
import { repairTargets } from '../repair/repair-targets.ts';
import { readConfig } from '../setup.ts';
import { formatFindings } from '../show/findings.ts';
import { formatRef } from '../show/run-report.ts';

export interface RepairView {
  readonly databases: readonly RepairReport[];
}

export default class Repair extends BaseCommand {
  static override summary =
    'Bring back indexes and constraints that a run has dropped and not rebuilt.';
  static override description = `Looks into all target databases of the configuration. Tables that a live run is loading are left
alone. Nothing changes where nothing is missing.

Exit codes: 0 nothing is missing any more; 4 something still is; 2 a failure that the message
explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> repair -c config.json',
    '<%= config.bin %> repair --json',
  ];
  static override flags = { ...configFlags, ...logFlags };

  async run(): Promise<RepairView> {
    const { flags } = await this.parse(Repair);
    const databases = await repairTargets(await readConfig(flags), flags);
    const tables = databases.flatMap((report) => report.tables);
    this.print(tables.length === 0 ? ['Nothing is missing.'] : tables.flatMap(formatRepaired));
    process.exitCode = tables.every(isWhole) ? exitCodes.done : exitCodes.findings;
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
