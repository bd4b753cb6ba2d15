import { Flags } from '@oclif/core';

import { BaseCommand } from '../base/base-command.ts';
import { configFlags, logFlags, tableFlags } from '../base/flags.ts';
import {
  collectGrants,
  formatSection,
  grantSides,
  type GrantSection,
} from '../grants/collect-grants.ts';
import { openSides } from '../plan/open-sides.ts';
import { makeLogger, readConfig, readMatched, selectJobs } from '../base/setup.ts';
import { openStatus } from '@snowmelt/wiring';

export interface GrantsView {
  readonly sections: readonly GrantSection[];
}

export default class Grants extends BaseCommand {
  static override summary = 'Print the SQL that gives a role what this configuration needs.';
  static override description = `The least that suffices, for the tables and modes of the configuration, with a comment to each line.
Nothing is changed, and without --connect no server is asked: of a table that may be there or not, the
SQL looks for itself. With --connect it also names sequences, and tables that foreign keys lead to.

psql takes what is printed for target and status; that for Snowflake goes into a worksheet.

Exit codes: 0 printed; 2 a failure that the message explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> grants',
    '<%= config.bin %> grants --for target --connect | psql -h db.example.com -U admin postgres',
    '<%= config.bin %> grants --for snowflake --role LOADER_ROLE',
  ];
  static override flags = {
    ...configFlags,
    ...tableFlags,
    role: Flags.string({
      helpValue: 'NAME',
      summary:
        'Role of PostgreSQL, or with --for snowflake of Snowflake. Default: that of the configuration.',
    }),
    for: Flags.option({
      options: grantSides,
      default: 'all' as const,
      summary: 'Target databases, status database, Snowflake, or all of them.',
    })(),
    connect: Flags.boolean({ summary: 'Also ask the servers, as the configuration logs in.' }),
    ...logFlags,
  };

  async run(): Promise<GrantsView> {
    const { flags } = await this.parse(Grants);
    const config = flags.connect ? (await readMatched(flags)).config : await readConfig(flags);
    const jobs = selectJobs(config, flags);
    await using sides = await openSides(config, flags);
    await using status = await openStatus(config, makeLogger(flags));
    const asked = { config, jobs, side: flags.for, role: flags.role, ask: flags.connect };
    const sections = await collectGrants(asked, { ...sides, status });
    this.print(sections.flatMap(formatSection));
    return { sections };
  }
}
