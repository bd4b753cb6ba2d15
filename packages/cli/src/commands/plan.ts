import { Flags } from '@oclif/core';
import type { Config } from '@snowmelt/core';
import { connectionNeed, connectionsOf, connectionTotal } from '@snowmelt/wiring';

import { BaseCommand } from '../base/base-command.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { configFlags, logFlags, resumeFlags, resumeOf, tableFlags } from '../base/flags.ts';
import { lookBack } from '../plan/look-back.ts';
import { openSides } from '../plan/open-sides.ts';
import { planTables } from '../plan/plan-tables.ts';
import {
  formatConnections,
  formatMatch,
  formatTablePlan,
  viewPlan,
  type ConnectionsView,
  type PlanView,
} from '../plan/plan-view.ts';
import { makeLogger, readMatched, selectJobs } from '../base/setup.ts';

function deadlineOf({ deadline }: { deadline: number | undefined }) {
  return deadline === undefined ? {} : { deadline };
}

export default class Plan extends BaseCommand {
  static override summary = 'Show what `run` would do with each table, and change nothing.';
  static override description = `Mode, extract, snapshot, chunks, columns and findings of each table.

Exit codes: 0 a run could start; 2 it would refuse a table; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan --table ORDERS --json',
  ];
  static override flags = {
    ...configFlags,
    ...tableFlags,
    ...resumeFlags,
    ...logFlags,
    deadline: Flags.integer({
      summary:
        'Seconds that a process has, 900 on Lambda: tells what PostgreSQL may take longer for.',
      min: 1,
    }),
  };

  async run(): Promise<PlanView> {
    const { flags } = await this.parse(Plan);
    const { config, matches } = await readMatched(flags);
    const jobs = selectJobs(config, flags);
    await using sides = await openSides(config, flags);
    const next = await lookBack(config, jobs, resumeOf(flags), makeLogger(flags));
    const connections = viewConnections(config);
    const view = {
      ...viewPlan(
        await planTables(jobs, { ...sides, next, countChunks: true, ...deadlineOf(flags) }),
      ),
      connections,
      ...(matches.length === 0 ? {} : { matches }),
    };
    this.print(matches.flatMap(formatMatch));
    this.print([...view.tables.flatMap(formatTablePlan), formatConnections(connections)]);
    const refused = view.tables.some((table) => table.refused);
    process.exitCode = refused ? exitCodes.failed : exitCodes.done;
    return view;
  }
}

function viewConnections(config: Config): ConnectionsView {
  const need = connectionNeed(config);
  const { snowflake } = connectionsOf(config);
  return { postgres: connectionTotal(need), databases: need.databases, snowflake };
}
