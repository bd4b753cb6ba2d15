import { digestRule, type ColumnPair } from '@snowmelt/core';

import { quoteIdentifier } from '../sql/quote.ts';
import { instantText } from './moment.ts';
import { renderColumn, trimmedText } from './render-column.ts';

/**
 * SQL of a column's text in the digest (docs/reference/digest.md): the CSV field, but that an
 * instant is written in UTC with `Z`, since the target doesn't keep the offset, and that text has no
 * blanks at its end where the target's column does not keep them as they are.
 */
export function renderComparable(pair: ColumnPair): string {
  const { name, type } = pair.source;
  if (digestRule(pair).takes === 'trimmed') return trimmedText(pair);
  if (type.kind !== 'timestamp' || type.zone === 'none') return renderColumn(pair);
  if (pair.lostZone === 'wall_clock') return renderColumn(pair);
  const { precision, zone } = type;
  return instantText({ column: quoteIdentifier(name), precision, zone }, 'Z', pair);
}
