import {
  isSnowmeltError,
  SnowmeltError,
  type ErrorCode,
  type ErrorPlace,
  type Retry,
} from '@snowmelt/core';

import { faultOf, type Fault } from './fault.ts';
import type { FaultScene } from './fault-row.ts';

/** What an adapter calls faults: a table of its own codes, and no more. */
export interface FaultNames extends Pick<FaultScene, 'databaseKey'> {
  /** `undefined`: a bug of the adapter, which comes back as it is. */
  nameOf(fault: Fault, scene: Omit<FaultScene, 'databaseKey'>): FaultName | undefined;
}

export interface FaultName {
  readonly code: ErrorCode;
  readonly message: string;
  /** Default: the fault's own. */
  readonly fix?: string;
  /** Default: the code's own. */
  readonly retry?: Retry;
}

export type ErrorScene = Omit<FaultScene, 'databaseKey'> & {
  readonly place?: ErrorPlace | undefined;
};

/**
 * Errors of PostgreSQL, its driver and the network as Snowmelt's; what is no fault known here is a bug
 * and comes back as it is.
 */
export function translateError(error: unknown, scene: ErrorScene, names: FaultNames): unknown {
  const { place, ...where } = scene;
  if (isSnowmeltError(error)) return place === undefined ? error : error.at(place);
  const { databaseKey } = names;
  const fault = faultOf(error, { ...where, databaseKey });
  if (fault === undefined) return error;
  const name = names.nameOf(fault, where);
  if (name === undefined) return error;
  const { code, message, ...told } = name;
  const placed = place === undefined ? {} : { place };
  return new SnowmeltError(code, message, { fix: fault.fix, ...told, ...placed, cause: error });
}
