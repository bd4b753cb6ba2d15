import type { Token } from './tokenize.ts';

/**
 * Constructs that Snowflake's grammar has and this one has not. Where a statement can't be read, and
 * one of them stands there, it is refused by that name and not as wrong syntax.
 * https://docs.snowflake.com/en/sql-reference/constructs, and the pages of the commands
 */
const UNCOVERED: readonly (readonly string[])[] = `
  GROUPING SETS|START WITH|CONNECT BY|FOR UPDATE|WINDOW|WITH TIES|ALL BY NAME|BY NAME
  |NOT MATCHED BY SOURCE|NOT MATCHED BY TARGET|MASKING POLICY|PROJECTION POLICY|WITH TAG|TAG
  |ROW ACCESS POLICY|AGGREGATION POLICY|JOIN POLICY|STORAGE LIFECYCLE POLICY|STAGE_FILE_FORMAT
  |STAGE_COPY_OPTIONS|USING TEMPLATE|CHECK|AS REPLICA OF|EXTERNAL_VOLUME|CATALOG|CATALOG_SYNC|BACKUP
  |SEARCH OPTIMIZATION|SWAP WITH|UNSET|IGNORE NULLS|RESPECT NULLS|ORDER BY ALL|REPLACE|AFTER
  |LOG_LEVEL|TRACE_LEVEL|METRIC_LEVEL|REPLACE_INVALID_CHARACTERS|STORAGE_SERIALIZATION_POLICY
  |DEFAULT_DDL_COLLATION|IGNORE TABLES|IGNORE HYBRID|INCLUDE INTERNAL|WITH CONTACT|DIRECTED
  |MATCH_CONDITION|VERSION|COPY TAGS|ROW_TIMESTAMP|ERROR_LOGGING|ENABLE_DATA_COMPACTION
  |WITH SYNCHRONOUS|BASE_LOCATION|CLASSIFICATION_PROFILE|RENAME CONSTRAINT
  |ALTER CONSTRAINT|MATERIALIZED|INITIALLY|COMPUTE_POOL|WHEN MATCHED BY|WITH ROW ACCESS POLICY
  |WITH MASKING POLICY|WITH AGGREGATION POLICY|WITH JOIN POLICY|ALL|ANY|SOME`
  .split('|')
  .map((each) => each.trim().split(' '));

/** Those that what can't be read may follow. */
const BEFORE: ReadonlySet<string> = new Set(['REPLACE', 'VERSION', 'OVER', 'WINDOW']);

/** The construct that the token at `at` is a part of, if it is one of them. */
export function uncoveredAt(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  const previous = tokens[at - 1];
  if (previous?.kind === 'word' && BEFORE.has(previous.text)) return previous.text;
  if (token?.kind === 'symbol') return token.text === '->' ? 'lambda or flow operators' : undefined;
  const found = UNCOVERED.find((words) =>
    words.some((_word, offset) => stands(words, tokens, at - offset)),
  );
  return found?.join(' ');
}

function stands(words: readonly string[], tokens: readonly Token[], from: number): boolean {
  return words.every((word, i) => {
    const token = tokens[from + i];
    return token?.kind === 'word' && token.text === word;
  });
}
