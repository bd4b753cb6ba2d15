import {
  loadingOf,
  type Loading,
  type TablePlan,
  type TableRef,
  type Target,
  type WholeTarget,
} from '@snowmelt/core';

import { testContext } from '../../context/test-context.ts';

/**
 * What the suite needs of an adapter: a database that no other harness sees. Disposing it closes
 * every target that it opened and the case did not.
 */
export interface TargetHarness extends AsyncDisposable {
  /** A target as one more process would open it. */
  open(): Promise<Target>;
  /** Where a table of this name would be; no such table exists yet. */
  ref(name: string): TableRef;
  /** Makes the plan's table as it would be. Needed where the target has no `createsTables`. */
  createTable?(plan: Pick<TablePlan, 'target' | 'columns' | 'primaryKey'>): Promise<void>;
  /** Takes all rows of a table away, past the adapter. Needed where the target has `standing`. */
  emptyTable?(ref: TableRef): Promise<void>;
  /**
   * The committed rows of a table, in any order, read past the adapter: fields as the database
   * writes them as text, in the order of `columns`; NULL is `null`.
   */
  readRows(ref: TableRef, columns: readonly string[]): Promise<(string | null)[][]>;
}

/** For a target that makes no tables. */
async function makeTable(target: Target, plan: TablePlan, harness: TargetHarness): Promise<void> {
  const there = await target.describe(plan.target, testContext());
  if (there !== undefined) return;
  if (harness.createTable !== undefined) return harness.createTable(plan);
  throw new Error('the target has no createsTables, so its harness must have createTable');
}

/** As the cases see it: they ask for a capability only where it is, and load by any mode. */
export interface WholeTargetHarness extends Omit<TargetHarness, 'open' | 'emptyTable'> {
  open(): Promise<WholeTarget>;
  emptyTable(ref: TableRef): Promise<void>;
}

export function wholeHarness(harness: TargetHarness): WholeTargetHarness {
  return {
    open: async () => wholeTarget(await harness.open(), harness),
    ref: (name) => harness.ref(name),
    emptyTable: async (ref) => {
      if (harness.emptyTable !== undefined) return harness.emptyTable(ref);
      throw new Error('the target has standing, so its harness must have emptyTable');
    },
    readRows: (ref, columns) => harness.readRows(ref, columns),
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}

/** Each plan goes to the part of the target that loads its mode, as the engine does it. */
function wholeTarget(target: Target, harness: TargetHarness): WholeTarget {
  const loads = loadingOf(target);
  const loading: Loading<TablePlan> = {
    ...loads,
    prepare: async (plan, context) => {
      if (target.createsTables === undefined) await makeTable(target, plan, harness);
      return loads.prepare(plan, context);
    },
  };
  const view = new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(name in loading ? loading : object, name);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
  return view as WholeTarget;
}
