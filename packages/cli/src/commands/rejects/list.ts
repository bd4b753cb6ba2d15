import { Flags } from '@oclif/core';
import type { RejectGroup } from '@snowmelt/core';

import { BaseCommand } from '../../base-command.ts';
import { configFlags, logFlags } from '../../flags.ts';
import { inTargets } from '../../rejects/in-targets.ts';
import { filterOf, rejectFlags } from '../../rejects/reject-flags.ts';
import { readConfig } from '../../setup.ts';
import { formatRef } from '../../show/run-report.ts';

export interface RejectsView {
  readonly rejects: readonly RejectGroup[];
}

export default class RejectsList extends BaseCommand {
  static override summary = 'Show why rows are in quarantine, and how many.';
  static override examples = [
    '<%= config.bin %> rejects list',
    '<%= config.bin %> rejects list --table sales.orders --json',
  ];
  static override flags = {
    ...configFlags,
    ...rejectFlags,
    all: Flags.boolean({ summary: 'Also rows that were loaded or superseded since.' }),
    ...logFlags,
  };

  async run(): Promise<RejectsView> {
    const { flags } = await this.parse(RejectsList);
    const query = { ...filterOf(flags), all: flags.all };
    const rejects = await inTargets(await readConfig(flags), flags, (target, database, context) =>
      target.rejects(database, query, context),
    );
    this.print(rejects.length === 0 ? ['No rows are in quarantine.'] : rejects.map(formatGroup));
    return { rejects };
  }
}

function formatGroup({ run, target, rows, state, sqlState, column, reason }: RejectGroup): string {
  const where = column === undefined ? '' : `, column ${column}`;
  return `${run}  ${formatRef(target)}: ${rows} ${state}, ${sqlState}${where}: ${reason}`;
}
