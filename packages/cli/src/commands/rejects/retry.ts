import type { RetriedTable } from '@snowmelt/core';

import { BaseCommand } from '../../base/base-command.ts';
import { exitCodes } from '../../failure/exit-codes.ts';
import { configFlags, logFlags } from '../../base/flags.ts';
import { inEachTarget } from '../../rejects/in-each-target.ts';
import { rejectFlags, rejectQuery, rejectsOf } from '../../rejects/reject-flags.ts';
import { readConfig } from '../../base/setup.ts';
import { formatRetried } from '../../show/rejects.ts';

export interface RetryView {
  readonly tables: readonly RetriedTable[];
}

export default class RejectsRetry extends BaseCommand {
  static override summary = 'Load refused rows again, after what stood in their way is gone.';
  static override description = `Each row goes in as its run would have put it in, once: it is marked as loaded in the same
transaction. A row that is refused again stays, with its new reason. Tables that a live run is
loading are left alone, and so are rows that a later run has superseded.

Exit codes: 0 no row is left; 4 some are; 2 a failure that the message explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> rejects retry -c config.json',
    '<%= config.bin %> rejects retry --table sales.orders --json',
  ];
  static override flags = { ...configFlags, ...rejectFlags, ...logFlags };

  async run(): Promise<RetryView> {
    const { flags } = await this.parse(RejectsRetry);
    const asked = { config: await readConfig(flags), flags };
    const tables = await inEachTarget(asked, (target, database, context) =>
      rejectsOf(target).retry(database, rejectQuery(flags), context),
    );
    this.print(tables.length === 0 ? ['No refused row is waiting.'] : tables.map(formatRetried));
    const allIn = tables.every(({ busy, left }) => !busy && left === 0);
    process.exitCode = allIn ? exitCodes.done : exitCodes.findings;
    return { tables };
  }
}
