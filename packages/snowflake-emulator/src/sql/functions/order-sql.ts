import { asKey } from '../typed/collation.ts';
import type { CallContext } from '../typed/typed.ts';
import type { OrderItem } from '../syntax/tree.ts';

/** NULLs are the highest values unless told: last in ascending order, first in descending. */
export function orderSql(items: readonly OrderItem[], render: (item: OrderItem) => string): string {
  return items
    .map((item) => {
      const nulls = item.nulls ?? (item.descending ? 'FIRST' : 'LAST');
      return `${render(item)} ${item.descending ? 'DESC' : 'ASC'} NULLS ${nulls}`;
    })
    .join(', ');
}

export function orderBy(items: readonly OrderItem[], context: CallContext): string {
  if (items.length === 0) return '';
  return `ORDER BY ${orderSql(items, (item) => asKey(context.compile(item.expr)).sql)}`;
}
