import * as fc from 'fast-check';

import { textWithNul } from './hostile-text.ts';
import { hostileJson } from './json-values.ts';
import { dates, instants, times } from './times.ts';
import type { Value } from './value.ts';

export interface HostileColumn {
  /** As in CREATE TABLE. */
  readonly type: string;
  /** SQL of the value, from SQL of its text. */
  readonly cast?: (text: string) => string;
  readonly value: fc.Arbitrary<Value>;
  /** How texts are compared; `json` in PostgreSQL, as jsonb. */
  readonly compare?: 'float' | 'json';
}

const plain = (text: string): Value => ({ given: text, expected: text });

/** A decimal of at most `precision` digits, `scale` of them after the point, from its digits. */
function decimal(precision: number, scale: number): HostileColumn {
  const largest = 10n ** BigInt(precision) - 1n;
  const digits = fc.oneof(
    fc.bigInt({ min: -largest, max: largest }),
    fc.constantFrom(largest, -largest, 0n, 1n, -1n),
  );
  return {
    type: `NUMBER(${precision},${scale})`,
    value: digits.map((number) => {
      const text = String(number < 0n ? -number : number).padStart(scale + 1, '0');
      const at = text.length - scale;
      const point = scale === 0 ? text : `${text.slice(0, at)}.${text.slice(at)}`;
      return plain(`${number < 0n ? '-' : ''}${point}`);
    }),
  };
}

const float: HostileColumn = {
  type: 'FLOAT',
  compare: 'float',
  value: fc
    .oneof(
      fc.double(),
      fc.constantFrom(
        Number.MAX_VALUE,
        -Number.MAX_VALUE,
        Number.MIN_VALUE,
        2.2250738585072014e-308,
      ),
      fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 0.1, 1 / 3, 2 ** 53 + 2),
    )
    .map((number) => ({
      given: Object.is(number, -0) ? '-0.0' : String(number).replace('Infinity', 'inf'),
      expected: Object.is(number, -0) ? '-0' : String(number),
    })),
};

/** Under `on_unsupported_text: strip`. */
const varchar: HostileColumn = {
  type: 'VARCHAR',
  value: textWithNul.map((text) => ({ given: text, expected: text.replaceAll('\0', '') })),
};

const binary: HostileColumn = {
  type: 'BINARY',
  cast: (text) => `TO_BINARY(${text}, 'HEX')`,
  value: fc.uint8Array({ maxLength: 40 }).map((bytes) => {
    const hex = Buffer.from(bytes).toString('hex');
    return { given: hex.toUpperCase(), expected: `\\x${hex}` };
  }),
};

function variant(type: string, value: fc.Arbitrary<string>): HostileColumn {
  return { type, compare: 'json', cast: (text) => `PARSE_JSON(${text})`, value: value.map(plain) };
}

const { value: anyJson, object, array } = hostileJson;
const digits = fc.integer({ min: 0, max: 9 });

/** A column of some type of Snowflake. */
export const hostileColumn: fc.Arbitrary<HostileColumn> = fc.oneof(
  fc
    .integer({ min: 1, max: 38 })
    .chain((precision) =>
      fc
        .integer({ min: 0, max: Math.min(precision, 37) })
        .map((scale) => decimal(precision, scale)),
    ),
  fc.constant(float),
  fc.constant<HostileColumn>({ type: 'BOOLEAN', value: fc.boolean().map(String).map(plain) }),
  fc.constant(varchar),
  fc.constant(binary),
  fc.constant<HostileColumn>({ type: 'DATE', value: dates.map(plain) }),
  digits.map((precision) => ({ type: `TIME(${precision})`, value: times(precision) })),
  fc.tuple(fc.constantFrom('NTZ', 'LTZ', 'TZ'), digits).map(([zone, precision]) => ({
    type: `TIMESTAMP_${zone}(${precision})`,
    value: instants(precision, zone !== 'NTZ'),
  })),
  fc.constantFrom(
    variant('VARIANT', anyJson),
    { ...variant('OBJECT', object), cast: (text: string) => `PARSE_JSON(${text})::OBJECT` },
    { ...variant('ARRAY', array), cast: (text: string) => `PARSE_JSON(${text})::ARRAY` },
  ),
);
