import type { ColumnSchema } from '@snowmelt/core';

import { mostFractionDigits } from './type-map.ts';

/**
 * Digits of a second that the target keeps, where the source has more: the source then cuts the
 * rest off, since PostgreSQL would round it, into the next day or year at worst. `undefined`: as
 * many as the source has, also where the target is text.
 */
export function fractionDigits(
  source: ColumnSchema,
  target: ColumnSchema | undefined,
): number | undefined {
  const has = digitsOf(source);
  const keeps = target === undefined ? mostFractionDigits : digitsOf(target);
  return has !== undefined && keeps !== undefined && has > keeps ? keeps : undefined;
}

function digitsOf({ type }: ColumnSchema): number | undefined {
  const { kind } = type;
  return kind === 'time' || kind === 'timestamp' || kind === 'interval'
    ? type.precision
    : undefined;
}
