import { SnowmeltError, type RunId, type TablePlan, type TableRef } from '@snowmelt/core';

import { refKey } from './rows.ts';

interface RunOfTable {
  readonly run: RunId;
  readonly target: string;
  /** The watermark that it reads from. */
  readonly from: string | undefined;
  finished: boolean;
  loaded: boolean;
}

/** Which runs have loaded a table, in their order, and which came to their end. */
export class MemoryRuns {
  #runs: RunOfTable[] = [];

  enter({ run, target, watermark }: TablePlan): void {
    if (this.#find(run, target) !== undefined) return;
    const from = watermark?.from?.value;
    this.#runs.push({ run, target: refKey(target), from, finished: false, loaded: false });
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

  /** The newest run since the last that finished which has loaded some of its rows. */
  unfinished(target: TableRef): { run: RunId; from: string | undefined } | undefined {
    const runs = this.#runs.filter((one) => one.target === refKey(target));
    const since = runs.findLastIndex(({ finished }) => finished) + 1;
    return runs.slice(since).findLast(({ loaded }) => loaded);
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
