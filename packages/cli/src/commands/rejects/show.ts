import { Flags } from '@oclif/core';
import type { RejectedRow } from '@snowmelt/core';

import { BaseCommand } from '../../base-command.ts';
import { configFlags, logFlags } from '../../flags.ts';
import { inTargets } from '../../rejects/in-targets.ts';
import { filterOf, rejectFlags } from '../../rejects/reject-flags.ts';
import { readConfig } from '../../setup.ts';
import { formatRef } from '../../show/run-report.ts';
import { outputWidth } from '../../show/text-table.ts';
import { truncateText } from '../../show/text-width.ts';

export interface RejectedRowsView {
  readonly rows: readonly RejectedRow[];
}

export default class RejectsShow extends BaseCommand {
  static override summary = 'Show the rows that are in quarantine, one by one.';
  static override examples = [
    '<%= config.bin %> rejects show --limit 5',
    '<%= config.bin %> rejects show --table orders --json',
  ];
  static override flags = {
    ...configFlags,
    ...rejectFlags,
    all: Flags.boolean({ summary: 'Also rows that were loaded or superseded since.' }),
    limit: Flags.integer({
      default: 100,
      min: 1,
      helpValue: 'N',
      summary: 'So many rows of each database at most.',
    }),
    ...logFlags,
  };

  async run(): Promise<RejectedRowsView> {
    const { flags } = await this.parse(RejectsShow);
    const query = { ...filterOf(flags), all: flags.all, limit: flags.limit };
    const rows = await inTargets(await readConfig(flags), flags, (target, database, context) =>
      target.rejectedRows(database, query, context),
    );
    this.print(rows.length === 0 ? ['No rows are in quarantine.'] : rows.flatMap(formatRow));
    return { rows };
  }
}

function formatRow(row: RejectedRow): readonly string[] {
  const { id, target, chunk, rowInChunk, sqlState, column, message } = row;
  const at = rowInChunk === undefined ? chunk : `${chunk}, row ${rowInChunk}`;
  const where = column === undefined ? '' : `, column ${column}`;
  const lines = [
    `${id}  ${formatRef(target)}, chunk ${at}: ${sqlState}${where}: ${message}`,
    `    ${JSON.stringify(row.row).slice(1, -1).replaceAll('\\"', '"')}`,
  ];
  return lines.map((line) => truncateText(line, outputWidth()));
}
