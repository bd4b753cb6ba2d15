import { TEXT_CELL, virtualRelation, type VirtualColumns } from '../../catalog/virtual-relation.ts';
import { likePattern } from '../compile/expand-star.ts';
import type { QueryPlan } from '../compile/typed.ts';
import type { Show } from '../syntax/statement.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';
import type { Session } from './session.ts';

const COLUMNS: VirtualColumns = {
  key: TEXT_CELL,
  value: TEXT_CELL,
  default: TEXT_CELL,
  level: TEXT_CELL,
  description: TEXT_CELL,
  type: TEXT_CELL,
};

/** https://docs.snowflake.com/en/sql-reference/sql/show-parameters */
export function showParameters(show: Show, session: Session): QueryPlan {
  const { like } = show;
  const rows = Object.entries(DEFAULT_PARAMETERS)
    .filter(([key]) => like === undefined || likePattern(like, true).test(key))
    .map(([key, { value, description }]) => ({
      key,
      value: String(session.parameter(key) ?? ''),
      default: String(value),
      level: session.parameters.has(key) ? 'SESSION' : '',
      description,
      type:
        typeof value === 'string' ? 'STRING' : typeof value === 'boolean' ? 'BOOLEAN' : 'NUMBER',
    }));
  return virtualRelation(COLUMNS, rows);
}
