import { Flags } from '@oclif/core';
import { isSnowmeltError, type Config, type SourcePrice } from '@snowmelt/core';
import { connectionNeed, connectionsOf, connectionTotal } from '@snowmelt/wiring';

import { BaseCommand } from '../base/base-command.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { configFlags, logFlags, resumeFlags, resumeOf, tableFlags } from '../base/flags.ts';
import { lookBack } from '../plan/look-back.ts';
import { openSides, type Sides } from '../plan/open-sides.ts';
import { planTables } from '../plan/plan-tables.ts';
import { formatPlan } from '../plan/format-plan.ts';
import { viewPlan, type ConnectionsView, type PlanView } from '../plan/plan-view.ts';
import { outputWidth } from '../show/text-table.ts';
import { makeLogger, readMatched, selectJobs } from '../base/setup.ts';

function deadlineOf({ deadline }: { deadline: number | undefined }) {
  return deadline === undefined ? {} : { deadline };
}

export default class Plan extends BaseCommand {
  static override summary = 'Show what `run` would do with each table, and change nothing.';
  static override description = `What becomes of each table and why: mode, new or resumed, rows, size, way, chunks, time by the rates of
earlier runs, credits by the warehouse's size. With --details, or for a --table, also statements, scans,
indexes, columns with both types, and policies of the source that hide rows or mask values.

Exit codes: 0 a run could start; 2 it would refuse a table; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> plan',
    '<%= config.bin %> plan --details',
    '<%= config.bin %> plan --table ORDERS --json',
  ];
  static override flags = {
    ...configFlags,
    ...tableFlags,
    ...resumeFlags,
    ...logFlags,
    details: Flags.boolean({ summary: 'All of each table, not one line.' }),
    deadline: Flags.integer({
      summary:
        'Seconds that a process has, 900 on Lambda: tells what PostgreSQL may take longer for, by earlier runs.',
      min: 1,
    }),
  };

  async run(): Promise<PlanView> {
    const { flags } = await this.parse(Plan);
    const { config, matches } = await readMatched(flags);
    const jobs = selectJobs(config, flags);
    await using sides = await openSides(config, flags);
    const log = makeLogger(flags);
    const { next, earlier, runs } = await lookBack(config, jobs, resumeOf(flags), log);
    const connections = viewConnections(config);
    const using = { ...sides, next, whole: true, earlier: runs, ...deadlineOf(flags) };
    const view = {
      ...viewPlan(await planTables(jobs, using), earlier, await priceOf(sides)),
      connections,
      ...(matches.length === 0 ? {} : { matches }),
    };
    this.print(formatPlan(view, outputWidth(), flags.details || flags.table !== undefined));
    const refused = view.tables.some((table) => table.refused);
    process.exitCode = refused ? exitCodes.failed : exitCodes.done;
    return view;
  }
}

/** A figure that nobody asked for keeps nobody from a plan. */
async function priceOf({ source, context }: Sides): Promise<SourcePrice | undefined> {
  try {
    return await source.meters?.price(context);
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return { of: error.message };
  }
}

function viewConnections(config: Config): ConnectionsView {
  const need = connectionNeed(config);
  const { snowflake } = connectionsOf(config);
  return { postgres: connectionTotal(need), databases: need.databases, snowflake };
}
