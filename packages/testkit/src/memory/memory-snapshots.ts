import { modeTraits, SnowmeltError, type RunId, type TablePlan } from '@snowmelt/core';

import { refKey } from './rows.ts';

interface TableOfRun {
  readonly run: RunId;
  readonly table: string;
  /** Where it is pinned. */
  readonly at: string | undefined;
  overtakenBy: RunId | undefined;
}

/** At which points in time runs read a table: an older one may not follow a newer one (P1). */
export class MemorySnapshots {
  readonly #tables: TableOfRun[] = [];

  /** Throws where a newer run has begun on the table; marks the older ones that added to it. */
  begin(plan: TablePlan): void {
    this.refuseOvertaken(plan);
    const { run, snapshot, mode } = plan;
    const at = snapshot.pinned ? snapshot.at : undefined;
    const others = this.#tables.filter((one) => one.table === tableOf(plan) && one.run !== run);
    const newer = others.find((one) => at !== undefined && one.at !== undefined && one.at > at);
    if (newer !== undefined) throw overtaken(newer.run);
    if (this.#find(plan) === undefined) {
      this.#tables.push({ run, table: tableOf(plan), at, overtakenBy: undefined });
    }
    // Of a swap the table's rows stay until its end.
    const { gathers, replacesAll } = modeTraits[mode];
    if (gathers && replacesAll) return;
    for (const other of others) other.overtakenBy ??= run;
  }

  refuseOvertaken(plan: TablePlan): void {
    const by = this.#find(plan)?.overtakenBy;
    if (by !== undefined) throw overtaken(by);
  }

  #find(plan: TablePlan): TableOfRun | undefined {
    return this.#tables.find((one) => one.run === plan.run && one.table === tableOf(plan));
  }
}

function tableOf({ key, target }: TablePlan): string {
  return JSON.stringify([key, refKey(target)]);
}

function overtaken(by: RunId): SnowmeltError {
  return new SnowmeltError('RUN.SUPERSEDED', `run ${by} has begun to load the table since`);
}
