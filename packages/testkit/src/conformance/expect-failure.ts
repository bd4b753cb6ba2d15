import { isSnowmeltError, type ErrorCode, type SnowmeltError } from '@snowmelt/core';
import { expect } from 'vitest';

/** P8: the promise is rejected with an expected failure of this code, which says what to do. */
export async function expectFailure(
  promise: Promise<unknown>,
  ...codes: readonly ErrorCode[]
): Promise<SnowmeltError> {
  const error = await rejection(promise);
  if (!isSnowmeltError(error)) {
    throw new Error(`expected ${codes.join(' or ')}, got ${String(error)}`, { cause: error });
  }
  expect(codes, error.message).toContain(error.code);
  expect(error.message).not.toBe('');
  expect(error.fix).not.toBe('');
  return error;
}

/** What the promise is rejected with; fails where it is fulfilled. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure, but the call succeeded');
}
