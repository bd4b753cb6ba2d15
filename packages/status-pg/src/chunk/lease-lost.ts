import { SnowmeltError, type Lease } from '@snowmelt/core';

export function leaseLost({ run, table, chunk, worker }: Lease): SnowmeltError {
  const message = `${worker} does not have chunk ${chunk.id} of ${table} any more`;
  return new SnowmeltError('RUN.LEASE_LOST', message, { place: { run, table, chunk: chunk.id } });
}
