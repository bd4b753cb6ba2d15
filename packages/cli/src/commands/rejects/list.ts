import type { RejectGroup } from '@snowmelt/core';

import { BaseCommand } from '../../base/base-command.ts';
import { configFlags, logFlags } from '../../base/flags.ts';
import { inEachTarget } from '../../rejects/in-each-target.ts';
import { allFlag, rejectFlags, rejectQuery, rejectsOf } from '../../rejects/reject-flags.ts';
import { readConfig } from '../../base/setup.ts';
import { formatRejectGroups } from '../../show/rejects.ts';
import { outputWidth } from '../../show/text-table.ts';

export interface RejectListView {
  readonly rejects: readonly RejectGroup[];
}

export default class RejectsList extends BaseCommand {
  static override summary = 'Rows that PostgreSQL has refused, by table and reason.';
  static override description = `Such rows are in snowmelt.rejected_rows of the target database, where a run with
on_row_error: quarantine has put them. Rows are listed until they are loaded, or until a later run
has replaced the rows of their table.`;
  static override examples = [
    '<%= config.bin %> rejects list -c config.json',
    '<%= config.bin %> rejects list --table sales.orders --all --json',
  ];
  static override flags = { ...configFlags, ...rejectFlags, ...allFlag, ...logFlags };

  async run(): Promise<RejectListView> {
    const { flags } = await this.parse(RejectsList);
    const asked = { config: await readConfig(flags), flags };
    const rejects = await inEachTarget(asked, (target, database, context) =>
      rejectsOf(target).groups(database, rejectQuery(flags), context),
    );
    this.print(formatRejectGroups(rejects, outputWidth()));
    return { rejects };
  }
}
