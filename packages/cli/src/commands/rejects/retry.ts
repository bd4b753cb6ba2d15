import type { RetriedTable } from '@snowmelt/core';

import { BaseCommand } from '../../base-command.ts';
import { exitCodes } from '../../failure/exit-codes.ts';
import { configFlags, logFlags } from '../../flags.ts';
import { inTargets } from '../../rejects/in-targets.ts';
import { filterOf, rejectFlags } from '../../rejects/reject-flags.ts';
import { readConfig } from '../../setup.ts';
import { formatRef } from '../../show/run-report.ts';

export interface RetryView {
  readonly tables: readonly RetriedTable[];
}

export default class RejectsRetry extends BaseCommand {
  static override summary = 'Load the rows that are in quarantine again.';
  static override description = `Mend first what refused them, as the type of a target column. Tables that a live run is loading
are left alone.

Exit codes: 0 no row is left; 4 some are; 2 a failure that the message explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> rejects retry',
    '<%= config.bin %> rejects retry --table orders',
  ];
  static override flags = { ...configFlags, ...rejectFlags, ...logFlags };

  async run(): Promise<RetryView> {
    const { flags } = await this.parse(RejectsRetry);
    const tables = await inTargets(await readConfig(flags), flags, (target, database, context) =>
      target.retryRejects(database, filterOf(flags), context),
    );
    this.print(tables.length === 0 ? ['No rows are in quarantine.'] : tables.map(formatRetried));
    const clean = tables.every(({ busy, left }) => !busy && left === 0);
    process.exitCode = clean ? exitCodes.done : exitCodes.findings;
    return { tables };
  }
}

function formatRetried({ target, busy, loaded, left }: RetriedTable): string {
  const name = formatRef(target);
  if (busy) return `${name}: a run is loading it; it was left alone`;
  return `${name}: ${loaded} rows loaded, ${left} left`;
}
