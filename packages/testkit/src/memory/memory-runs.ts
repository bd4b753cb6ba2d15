import {
  type RunId,
  SnowmeltError,
  type TablePlan,
  type TableRef,
  watermarkOf,
  type WatermarkPlan,
} from '@snowmelt/core';

import { refKey } from './rows.ts';

export interface RunOfTable {
  readonly run: RunId;
  readonly target: string;
  readonly key: string;
  readonly watermark: WatermarkPlan | undefined;
  readonly limited: boolean;
  finished: boolean;
  loaded: boolean;
}

/** Which runs have loaded a table, in their order, and which came to their end. */
export class MemoryRuns {
  #runs: RunOfTable[] = [];

  enter(plan: TablePlan): void {
    const { run, key, target, read } = plan;
    if (this.#find(run, target) !== undefined) return;
    const table = { run, key, target: refKey(target), watermark: watermarkOf(plan) };
    const limited = read.limit !== undefined;
    this.#runs.push({ ...table, limited, finished: false, loaded: false });
  }

  load({ run, target }: TablePlan): void {
    const found = this.#find(run, target);
    if (found !== undefined) found.loaded = true;
  }

  /** Whatever earlier runs left is in, too: this one began where they did. */
  finish({ run, target }: TablePlan): void {
    const found = this.#find(run, target);
    if (found !== undefined) found.finished = true;
  }

  /** What it had completed is gone. */
  reopen({ run, target }: TablePlan): void {
    const found = this.#find(run, target);
    if (found !== undefined) found.finished = false;
  }

  hasFinished({ run, target }: TablePlan): boolean {
    return this.#find(run, target)?.finished === true;
  }

  isLast({ run, target }: TablePlan): boolean {
    return this.#runs.findLast((one) => one.target === refKey(target))?.run === run;
  }

  /** The newest run since the last that finished which has loaded some of its rows. */
  unfinished(target: TableRef): RunOfTable | undefined {
    const runs = this.#runs.filter((one) => one.target === refKey(target));
    const since = runs.findLastIndex(({ finished }) => finished) + 1;
    return runs.slice(since).findLast(({ loaded }) => loaded);
  }

  /** What the last run that completed the source table's load had read of it. */
  read(key: string, target: TableRef): string | undefined {
    const ended = this.#runs.filter(({ finished }) => finished);
    return ended.findLast((one) => one.key === key && one.target === refKey(target))?.watermark
      ?.newest;
  }

  /** The rows of these runs were taken out of the table. */
  forget(target: TableRef, runs: ReadonlySet<RunId>): void {
    this.#runs = this.#runs.filter((one) => one.target !== refKey(target) || !runs.has(one.run));
  }

  /** Runs that have loaded rows and never came to their end. */
  allUnfinished({ run, target }: TablePlan): ReadonlySet<RunId> {
    const left = this.#runs.filter(
      (one) => one.target === refKey(target) && one.loaded && !one.finished && one.run !== run,
    );
    return new Set(left.map((one) => one.run));
  }

  /** Of these, first tries. */
  tries(plan: TablePlan): ReadonlySet<RunId> {
    const limited = this.#runs.filter((one) => one.limited).map((one) => one.run);
    return new Set([...this.allUnfinished(plan)].filter((run) => limited.includes(run)));
  }

  knows({ run, target }: TablePlan): boolean {
    return this.#find(run, target) !== undefined;
  }

  /** Throws where another run has begun on the table since: its rows are not this one's to judge. */
  refuseLater({ run, target }: TablePlan): void {
    const last = this.#runs.findLast((one) => one.target === refKey(target));
    if (last === undefined || last.run === run) return;
    throw new SnowmeltError('RUN.SUPERSEDED', `run ${last.run} has begun on ${target.name} since`);
  }

  /** The table was emptied: what others have loaded is gone. */
  forgetOthers({ run, target }: TablePlan): void {
    this.#runs = this.#runs.filter((one) => one.target !== refKey(target) || one.run === run);
  }

  #find(run: RunId, target: TableRef): RunOfTable | undefined {
    return this.#runs.find((one) => one.run === run && one.target === refKey(target));
  }
}
