import type { LoadReceipt } from '../contract/chunk.ts';
import { modeTraits } from '../contract/mode-traits.ts';
import type { AppendPlan, TablePlan, TruncatePlan } from '../contract/table-plan.ts';
import type { TableRef } from '../contract/table-schema.ts';
import type { Loading, Target } from '../contract/target.ts';
import { readRows, type ReadRows } from '../csv/read-rows.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';

type Awaitable<T> = T | Promise<T>;

/** JSON, of which nobody but `ledgerLoading` knows the meaning. */
export interface LedgerEntry {
  readonly name: string;
  readonly text: string;
}

/**
 * What a target does in one transaction, which nobody else's writes come between: to its tables, and
 * to its ledger, a table of entries that are found by a heading and a name.
 */
export interface LedgerTransaction {
  entries(heading: string): Awaitable<readonly LedgerEntry[]>;
  /** In place of one that is there. */
  put(heading: string, entry: LedgerEntry): Awaitable<unknown>;
  remove(heading: string, name: string): Awaitable<unknown>;
  /** The table of the plan, and columns that it lacks, where they are not there. */
  makeTable(plan: TablePlan): Awaitable<unknown>;
  empty(target: TableRef): Awaitable<unknown>;
  /** Returns, as JSON, what `takeOut` finds exactly these rows again by, until they are the table's own. */
  add(plan: TablePlan, rows: ReadRows['rows']): Awaitable<unknown>;
  takeOut(target: TableRef, added: unknown): Awaitable<unknown>;
}

export interface LedgerAccess {
  /** Commits what `work` has done, or nothing of it, in the plan's database. */
  readonly write: <T>(
    plan: TablePlan,
    signal: AbortSignal,
    work: (to: LedgerTransaction) => Promise<T>,
  ) => Promise<T>;
  /** What is committed, without waiting for who writes. */
  readonly entries: (plan: TablePlan, heading: string) => Awaitable<readonly LedgerEntry[]>;
}

type Plan = AppendPlan | TruncatePlan;

/**
 * How a target with transactions adds rows, or empties a table and fills it: once, whoever is killed
 * where, and never those of an older run after those of a newer one. A chunk is read whole.
 */
export function ledgerLoading({
  write,
  entries,
}: LedgerAccess): Omit<Loading<Plan>, 'check'> & Pick<Target, 'receipts'> {
  return {
    receipts: async (plan) => (await entries(plan, chunksOf(plan))).map(receiptOf),
    prepare: (plan, { signal }) => write(plan, signal, (to) => prepare(to, plan)),
    load: (plan, chunk, open, { signal }) =>
      write(plan, signal, async (to) => {
        const done = (await receiptsOf(to, plan)).find((receipt) => receipt.chunk === chunk.id);
        if (done !== undefined) return done;
        refuseStale(await ownEntry(to, plan), plan);
        const { rows, bytes } = await readRows(await open(), plan.columns.length, signal);
        const added = await to.add(plan, rows);
        const name = JSON.stringify([plan.run, plan.key, chunk.id]);
        await to.put(addedBy(plan), { name, text: JSON.stringify(added) });
        const receipt = { chunk: chunk.id, rows: rows.length, bytes };
        await to.put(chunksOf(plan), { name: chunk.id, text: JSON.stringify(receipt) });
        return { ...receipt, alreadyLoaded: false };
      }),
    publish: (plan, { signal }) =>
      write(plan, signal, async (to) => {
        refuseStale(await ownEntry(to, plan), plan);
        for (const { name } of await addedRows(to, plan, isOwn(plan))) {
          await to.remove(addedBy(plan), name);
        }
        return { rows: (await receiptsOf(to, plan)).reduce((sum, { rows }) => sum + rows, 0) };
      }),
    restart: (plan, why, { signal }) =>
      write(plan, signal, async (to) => {
        const restarts = (plan.restarts ?? 0) + 1;
        const own = await ownEntry(to, plan);
        if (own.restarts >= restarts) return { restarts: own.restarts, why };
        await takeOut(to, plan, isOwn(plan));
        for (const { chunk } of await receiptsOf(to, plan)) await to.remove(chunksOf(plan), chunk);
        await putRun(to, plan, { ...own, restarts });
        return { restarts, why };
      }),
  };
}

async function prepare(to: LedgerTransaction, plan: Plan) {
  const { restarts } = await enter(to, plan);
  if (restarts > (plan.restarts ?? 0)) {
    return { indexesDisabled: false, restart: { restarts, why: 'the table has begun anew' } };
  }
  await to.makeTable(plan);
  if (modeTraits[plan.mode].empties) await emptyOnce(to, plan);
  // What was added and never published would be there twice.
  else await takeOut(to, plan, ({ run, key }) => run !== plan.run && key === plan.key);
  return { indexesDisabled: false };
}

interface RunOfTable {
  readonly run: string;
  readonly key: string;
  /** `null`: it is read as it is. */
  readonly at: string | null;
  readonly restarts: number;
  readonly emptied?: boolean;
  /** The run that has begun on the table since. */
  readonly newer?: string;
}

type Which = (one: Pick<RunOfTable, 'run' | 'key'>) => boolean;

const tableOf = ({ target }: TablePlan) => JSON.stringify([target.schema, target.name]);
const runsOf = (plan: TablePlan) => `runs of ${tableOf(plan)}`;
const chunksOf = (plan: TablePlan) => `chunks of ${JSON.stringify([plan.run, plan.key])}`;
const addedBy = (plan: TablePlan) => `rows added to ${tableOf(plan)}`;
const isOwn =
  (plan: TablePlan): Which =>
  ({ run, key }) =>
    run === plan.run && key === plan.key;

async function allRuns(to: LedgerTransaction, plan: TablePlan): Promise<readonly RunOfTable[]> {
  return (await to.entries(runsOf(plan))).map(({ text }) => JSON.parse(text) as RunOfTable);
}

async function ownEntry(to: LedgerTransaction, plan: TablePlan): Promise<RunOfTable> {
  const { run, key, snapshot } = plan;
  const begun = { run, key, at: snapshot.pinned ? snapshot.at : null, restarts: 0 };
  return (await allRuns(to, plan)).find(isOwn(plan)) ?? begun;
}

async function putRun(to: LedgerTransaction, plan: TablePlan, entry: RunOfTable): Promise<void> {
  const name = JSON.stringify([entry.run, entry.key]);
  await to.put(runsOf(plan), { name, text: JSON.stringify(entry) });
}

/** No older run goes on with the table from now on, or begins. */
async function enter(to: LedgerTransaction, plan: TablePlan): Promise<RunOfTable> {
  const own = await ownEntry(to, plan);
  const { replacesAll } = modeTraits[plan.mode];
  const others = (await allRuns(to, plan)).filter(
    ({ run, key }) => run !== plan.run && (key === plan.key || replacesAll),
  );
  const later = others.find(({ at }) => at !== null && own.at !== null && at > own.at);
  refuseOlder(own.newer ?? later?.run);
  await putRun(to, plan, own);
  for (const other of others.filter(({ newer }) => newer === undefined)) {
    await putRun(to, plan, { ...other, newer: plan.run });
  }
  return own;
}

function refuseOlder(newer: string | undefined): void {
  if (newer === undefined) return;
  throw new SnowmeltError('RUN.SUPERSEDED', `run ${newer} has begun to load the table since`);
}

function refuseStale({ newer, restarts }: RunOfTable, plan: TablePlan): void {
  refuseOlder(newer);
  if (restarts === (plan.restarts ?? 0)) return;
  throw new SnowmeltError('RUN.LEASE_LOST', 'the table has begun anew meanwhile');
}

/** Once a run, also where several of its source tables go into the one table. */
async function emptyOnce(to: LedgerTransaction, plan: TablePlan): Promise<void> {
  const runs = await allRuns(to, plan);
  if (runs.some(({ run, emptied }) => run === plan.run && emptied === true)) return;
  await to.empty(plan.target);
  for (const { name } of await to.entries(addedBy(plan))) await to.remove(addedBy(plan), name);
  await putRun(to, plan, { ...(await ownEntry(to, plan)), emptied: true });
}

async function addedRows(
  to: LedgerTransaction,
  plan: TablePlan,
  which: Which,
): Promise<readonly LedgerEntry[]> {
  return (await to.entries(addedBy(plan))).filter(({ name }) => {
    const [run, key] = JSON.parse(name) as [string, string, string];
    return which({ run, key });
  });
}

async function takeOut(to: LedgerTransaction, plan: TablePlan, which: Which): Promise<void> {
  for (const { name, text } of await addedRows(to, plan, which)) {
    await to.takeOut(plan.target, JSON.parse(text));
    await to.remove(addedBy(plan), name);
  }
}

async function receiptsOf(to: LedgerTransaction, plan: TablePlan): Promise<readonly LoadReceipt[]> {
  return (await to.entries(chunksOf(plan))).map(receiptOf);
}

function receiptOf({ text }: LedgerEntry): LoadReceipt {
  const receipt = JSON.parse(text) as Omit<LoadReceipt, 'alreadyLoaded'>;
  return { ...receipt, alreadyLoaded: true };
}
