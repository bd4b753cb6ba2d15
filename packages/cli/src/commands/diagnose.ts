import { diagnose, resolveTables, targetDatabases, type Diagnosis } from '@snowmelt/core';

import { BaseCommand } from '../base/base-command.ts';
import { configFlags, logFlags } from '../base/flags.ts';
import { makeLogger, readConfig } from '../base/setup.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { openSides } from '../plan/open-sides.ts';
import { formatDiagnosis, withArguments } from '../show/diagnosis.ts';
import { outputWidth } from '../show/text-table.ts';
import { openStatus } from '@snowmelt/wiring';

export default class Diagnose extends BaseCommand {
  static override summary =
    'Say what runs and their workers are doing and what is wrong, with the command that mends it.';
  static override description = `Changes nothing. Of this configuration: runs that are dead, stopped or waiting for a lock and for whom,
failures by their cause, indexes that are missing, what killed runs have left behind (sessions, tables,
stages), refused rows, and snapshot points that Time Travel soon will not reach.

It asks the status database, the target databases and Snowflake; one that can't be reached is told, and
the others are asked all the same. The same for psql: sql/diagnose_stuck.sql.

Exit codes: 0 nothing is wrong; 4 something is; 2 a failure that the message explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> diagnose',
    '<%= config.bin %> diagnose -c config.json --json',
  ];
  static override flags = { ...configFlags, ...logFlags };

  async run(): Promise<Diagnosis> {
    const { flags } = await this.parse(Diagnose);
    const config = await readConfig(flags);
    await using sides = await openSides(config, flags);
    await using status = await openStatus(config, makeLogger(flags));
    const asked = { jobs: resolveTables(config), databases: targetDatabases(config) };
    const diagnosis = withArguments(await diagnose(asked, { ...sides, status }), flags);
    this.print(formatDiagnosis(diagnosis, outputWidth()));
    process.exitCode = diagnosis.troubles.length === 0 ? exitCodes.done : exitCodes.findings;
    return diagnosis;
  }
}
