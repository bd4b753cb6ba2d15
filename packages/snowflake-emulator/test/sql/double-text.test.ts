import { expect, it } from 'vitest';

import { general, scientific } from '../../src/sql/values/json-value.ts';

it.each([
  // What C's printf gives for %.15e; the tie goes to the even digit.
  [1_234_567_890_123_456.5, '1.234567890123456e+15'],
  [1_234_567_890_123_457.5, '1.234567890123458e+15'],
  [0.1, '1.000000000000000e-01'],
  [-0, '-0.000000000000000e+00'],
  [5e-324, '4.940656458412465e-324'],
  [1.797_693_134_862_315_7e308, '1.797693134862316e+308'],
])('%d as %%.15e', (value, expected) => {
  expect(scientific(value, 15)).toBe(expected);
});

it.each([
  [1_234_567_890.5, '1234567890'],
  [1_234_567_891.5, '1234567892'],
  [0.000_1, '0.0001'],
  [0.000_012_345, '1.2345e-05'],
  [9_999_999_999.9, '1e+10'],
  [123.456, '123.456'],
  [-2, '-2'],
  [0, '0'],
])('%d as %%.10g', (value, expected) => {
  expect(general(value, 10)).toBe(expected);
});
