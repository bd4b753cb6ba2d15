import type {
  RejectedRow,
  RejectFilter,
  RejectGroup,
  RejectQuery,
  TablePlan,
} from '@snowmelt/core';
import { encodeCsvRow } from '@snowmelt/core';

import type { TextRow } from './rows.ts';

export interface RefusedRow {
  readonly row: TextRow;
  readonly number: number;
  readonly message: string;
}

interface Kept {
  readonly plan: TablePlan;
  readonly fields: TextRow;
  reject: RejectedRow;
}

/** Rows in quarantine, beside the tables and the ledger. */
export class MemoryRejects {
  #kept: Kept[] = [];
  #last = 0;

  add(plan: TablePlan, chunk: string, { row, number, message }: RefusedRow): void {
    this.#last += 1;
    const reject: RejectedRow = {
      id: String(this.#last),
      run: plan.run,
      table: plan.key,
      target: plan.target,
      chunk,
      state: 'open',
      rowInChunk: number,
      code: '22P04',
      message,
      rejectedAt: new Date(),
      row: encodeCsvRow(row),
    };
    this.#kept.push({ plan, fields: row, reject });
  }

  list(database: string, query: RejectQuery): readonly RejectedRow[] {
    return this.#find(database, query)
      .map(({ reject }) => reject)
      .filter(({ state }) => query.all || state === 'open');
  }

  groups(database: string, query: RejectQuery): readonly RejectGroup[] {
    const groups = new Map<string, RejectGroup>();
    for (const { run, table, target, state, code, message } of this.list(database, query)) {
      const key = JSON.stringify([run, table, state, message]);
      const rows = (groups.get(key)?.rows ?? 0) + 1;
      groups.set(key, { run, table, target, state, code, reason: message, rows });
    }
    return [...groups.values()];
  }

  /** Those that `put` takes are loaded. Gives how it went, by the plans they came with. */
  retry(database: string, filter: RejectFilter, put: (plan: TablePlan, row: TextRow) => boolean) {
    const open = this.#find(database, filter).filter(({ reject }) => reject.state === 'open');
    const tables = Map.groupBy(open, ({ plan }) => JSON.stringify([plan.run, plan.key]));
    return [...tables.values()].flatMap((rows) => {
      const loaded = rows.filter(({ plan, fields }) => put(plan, fields));
      for (const one of loaded) one.reject = { ...one.reject, state: 'loaded' };
      const [first] = rows;
      if (first === undefined) return [];
      const { run, key: table, target } = first.plan;
      const counts = { loaded: loaded.length, left: rows.length - loaded.length };
      return [{ run, table, target, busy: false, ...counts }];
    });
  }

  #find(database: string, { run, table }: RejectFilter): readonly Kept[] {
    return this.#kept.filter(({ plan: { target, ...plan } }) => {
      const names = [target.name, `${target.schema}.${target.name}`];
      return (
        target.database === database &&
        (run === undefined || run === plan.run) &&
        (table === undefined || names.includes(table))
      );
    });
  }
}
