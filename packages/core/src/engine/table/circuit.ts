import type { TableKey } from '../../contract/table-plan.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';

/** So many chunks have to fail for one cause before that is believed of all that are left. */
const leastFailures = 10;

/**
 * Keeps a run from trying thousands of chunks that would all fail: it opens where most of the chunks
 * that have come to an end have failed for one cause, and at once where the server has no room left.
 * What a row is to blame for concerns its table alone, all else the run.
 */
export interface Circuit {
  loaded(table: TableKey): void;
  /** A chunk that is not tried again, or a table that failed as a whole. */
  failed(table: TableKey, failure: SnowmeltError): void;
  /** Throws `RUN.ONE_CAUSE` where the table has nothing to hope for. */
  throwIfOpen(table: TableKey): void;
}

interface Tally {
  ended: number;
  readonly failed: Map<string, number>;
  open?: SnowmeltError;
}

export function createCircuit(): Circuit {
  const run = newTally();
  const tables = new Map<TableKey, Tally>();
  const tallyOf = (table: TableKey): Tally => {
    const known = tables.get(table) ?? newTally();
    tables.set(table, known);
    return known;
  };
  return {
    loaded(table) {
      run.ended += 1;
      tallyOf(table).ended += 1;
    },
    failed(table, failure) {
      if (failure.code === 'RUN.ONE_CAUSE') return;
      const ofRow = failure.code === 'TARGET.ROW_REJECTED';
      run.ended += 1;
      tallyOf(table).ended += 1;
      count(ofRow ? tallyOf(table) : run, failure);
    },
    throwIfOpen(table) {
      const open = run.open ?? tables.get(table)?.open;
      if (open !== undefined) throw open.at({ table });
    },
  };
}

function newTally(): Tally {
  return { ended: 0, failed: new Map() };
}

function count(tally: Tally, failure: SnowmeltError): void {
  const cause = causeOf(failure);
  const times = (tally.failed.get(cause) ?? 0) + 1;
  tally.failed.set(cause, times);
  const most = times >= leastFailures && times * 2 > tally.ended;
  if (!most && !isExhausted(failure)) return;
  const how = most
    ? `${times} of ${tally.ended} chunks failed for one cause`
    : 'no chunk would do better';
  tally.open ??= new SnowmeltError('RUN.ONE_CAUSE', `${how}: ${failure.code}: ${failure.message}`, {
    cause: failure,
    fix: failure.fix,
  });
}

/** The code, and what PostgreSQL or Snowflake call it: a message names files, lines and rows. */
function causeOf({ code, message }: SnowmeltError): string {
  const named = /SQLSTATE \w{5}|HTTP \d{3}|\(code \d{6}/.exec(message)?.[0] ?? '';
  return `${code} ${named}`;
}

/** A full disk, or no memory: it passes when somebody mends it. */
function isExhausted({ code, retry }: SnowmeltError): boolean {
  return code === 'TARGET.RESOURCES' && retry === 'run';
}
