import { SnowmeltError } from '../errors/snowmelt-error.ts';
import type { MatchedTable } from './wildcard.ts';
import type { Config } from './schema/config.ts';
import { formatTable } from './table-refs.ts';

/**
 * P1: what a wildcard stands for must have a target of its own. Whoever names two tables with one target
 * means it, and is checked when the file is read.
 */
export function refuseCollisions(config: Config): void {
  const targets = new Map<string, { readonly from: string; readonly matched: boolean }>();
  const problems: string[] = [];
  for (const source of config.sources.filter(({ enabled }) => enabled)) {
    for (const table of source.tables.filter(({ enabled }) => enabled)) {
      const from = formatTable(source, table, 'source');
      const into = formatTable(source, table, 'target');
      const { matchedBy } = table as MatchedTable;
      const matched = matchedBy !== undefined;
      const other = targets.get(into);
      targets.set(into, { from, matched: matched || other?.matched === true });
      if (other === undefined || !(matched || other.matched)) continue;
      const by = matched ? ` (by ${matchedBy})` : '';
      problems.push(`${other.from} and ${from}${by} would both go into ${into}`);
    }
  }
  if (problems.length === 0) return;
  throw new SnowmeltError('CONFIG.INVALID', problems.join('\n'), {
    fix: 'Give one of them an entry of its own with another target, or put its name into exclude.',
  });
}
