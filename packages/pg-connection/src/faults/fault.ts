import type { Retry } from '@snowmelt/core';

import { isServerError, serverHint, serverMessage } from './server-error.ts';
import { firstOf, networkRow } from './network-faults.ts';
import { serverRow } from './server-faults.ts';
import type { FaultKind, FaultScene } from './fault-row.ts';

export interface Fault {
  readonly kind: FaultKind;
  readonly retry: Retry;
  readonly fix: string;
  /** What the server, the driver or the network says; no value of a row and no password. */
  readonly message: string;
  /** Of an answer of the server. */
  readonly sqlState?: string;
}

const nowhere: FaultScene = { server: '', databaseKey: 'target_pg_database' };

/**
 * The one place where errors of PostgreSQL, its driver and the network are told apart. `undefined`
 * is what it doesn't know: a bug.
 */
export function faultOf(thrown: unknown, scene: FaultScene = nowhere): Fault | undefined {
  const error = firstOf(thrown);
  if (!(error instanceof Error)) return undefined;
  if (!isServerError(error)) {
    const row = networkRow(error);
    return row && { kind: row[0], retry: row[1], fix: String(row[2]), message: error.message };
  }
  const [kind, retry, fix] = serverRow(error, scene);
  const advice = typeof fix === 'string' ? fix : fix(scene, error);
  const hint = kind === 'refused' ? serverHint(error) : undefined;
  return {
    kind,
    retry,
    fix: hint === undefined ? advice : `${hint} Then run the same command again.`,
    message: serverMessage(error),
    sqlState: error.code,
  };
}
