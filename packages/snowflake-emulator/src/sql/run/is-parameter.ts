import type { ParameterValue } from './parameters.ts';

export function isParameter(value: unknown): value is ParameterValue {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
