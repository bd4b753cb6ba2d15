import type { ColumnSchema, LogicalType } from '@snowmelt/core';

import { fromJson, fromSpatial, fromVector } from './compatibility/composites.ts';
import { fromDate, fromInterval, fromTime, fromTimestamp } from './compatibility/moments.ts';
import { fromDecfloat, fromDecimal, fromFloat } from './compatibility/numbers.ts';
import { fromBinary, fromBoolean, fromText, fromUnknown, fromUuid } from './compatibility/texts.ts';
import {
  applyRule,
  cast,
  type Compatibility,
  type Kind,
  type Row,
} from './compatibility/verdict.ts';
import { typeOf } from '../sql/postgres-type.ts';

/**
 * Every kind of source against every class of target, of which a test asks PostgreSQL itself
 * (compatibility.pg.test.ts). The matrix in docs/reference/types.md is made of it.
 */
const rows: { readonly [K in Kind]: Row<K> } = {
  boolean: fromBoolean,
  decimal: fromDecimal,
  float: fromFloat,
  decfloat: fromDecfloat,
  text: fromText,
  uuid: fromUuid,
  binary: fromBinary,
  date: fromDate,
  time: fromTime,
  timestamp: fromTimestamp,
  json: fromJson,
  spatial: fromSpatial,
  vector: fromVector,
  interval: fromInterval,
  unknown: fromUnknown,
};

/** Whether the canonical text of a source column can go into an existing target column. */
export function compatibility(source: LogicalType, target: ColumnSchema): Compatibility {
  const type = typeOf(target);
  const row = rows[source.kind] as Row<Kind>;
  const verdict = applyRule(row[type.class], source, type);
  if (verdict.fits !== 'yes' || target.domain?.checked !== true) return verdict;
  return cast(`values that the rules of the domain ${target.nativeType} refuse are refused`);
}
