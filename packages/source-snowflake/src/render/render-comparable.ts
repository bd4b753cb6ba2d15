import type { ColumnPair } from '@snowmelt/core';

import { quoteIdentifier } from '../sql/quote.ts';
import { instantText } from './moment.ts';
import { renderColumn } from './render-column.ts';

/**
 * SQL of a column's text in the digest (docs/reference/digest.md): the CSV field, but that an
 * instant is written in UTC with `Z`, since the target doesn't keep the offset.
 */
export function renderComparable(pair: ColumnPair): string {
  const { name, type } = pair.source;
  if (type.kind !== 'timestamp' || type.zone === 'none') return renderColumn(pair);
  const { precision, zone } = type;
  return instantText({ column: quoteIdentifier(name), precision, zone }, 'Z', pair);
}
