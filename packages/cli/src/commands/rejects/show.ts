import { Flags } from '@oclif/core';
import type { RejectedRow } from '@snowmelt/core';

import { BaseCommand } from '../../base/base-command.ts';
import { configFlags, logFlags } from '../../base/flags.ts';
import { inEachTarget } from '../../rejects/in-each-target.ts';
import { allFlag, rejectFlags, rejectQuery, rejectsOf } from '../../rejects/reject-flags.ts';
import { readConfig } from '../../base/setup.ts';
import { formatRejectedRows } from '../../show/rejects.ts';
import { outputWidth } from '../../show/text-table.ts';

export interface RejectedRowsView {
  readonly rows: readonly RejectedRow[];
}

export default class RejectsShow extends BaseCommand {
  static override summary = 'The refused rows themselves, with their reasons.';
  static override description = `Rows are shown as they came: canonical CSV in the order of the plan's columns, shortened on a
terminal and whole with --json.`;
  static override examples = [
    '<%= config.bin %> rejects show --table sales.orders',
    '<%= config.bin %> rejects show --limit 1000 --json',
  ];
  static override flags = {
    ...configFlags,
    ...rejectFlags,
    ...allFlag,
    limit: Flags.integer({
      default: 20,
      min: 1,
      helpValue: 'ROWS',
      summary: 'How many rows of a database at most, the oldest first.',
    }),
    ...logFlags,
  };

  async run(): Promise<RejectedRowsView> {
    const { flags } = await this.parse(RejectsShow);
    const asked = { config: await readConfig(flags), flags };
    const query = { ...rejectQuery(flags), limit: flags.limit };
    const rows = await inEachTarget(asked, (target, database, context) =>
      rejectsOf(target).rows(database, query, context),
    );
    this.print(formatRejectedRows(rows, outputWidth()));
    return { rows };
  }
}
