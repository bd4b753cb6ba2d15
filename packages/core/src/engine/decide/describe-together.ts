import type { Source } from '../../contract/source.ts';
import type { TableRef, TableSchema } from '../../contract/table-schema.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError } from '../../errors/snowmelt-error.ts';
import type { TableJob } from '../../contract/table-job.ts';

export type DescribeSource = (ref: TableRef) => Promise<TableSchema>;

/** How long what the source's catalog has said counts as the present, in milliseconds. */
const present = 60_000;

/**
 * Describes the source tables of one invocation together: whoever asks first has all of them asked
 * for, since a catalog answers for many tables as fast as for one. An answer is given as often as
 * the table is in `refs`, and not after a minute: who asks once more, or later, sees the present
 * columns. What may go by itself is not kept for those who have not asked yet.
 */
export function describeTogether(
  source: Source,
  refs: readonly TableRef[],
  context: WorkContext,
): DescribeSource {
  const waiting = [...refs];
  const answers = new Map<string, Promise<TableSchema>>();
  let asked = Number.NEGATIVE_INFINITY;

  function askAll(): void {
    asked = context.clock.monotonic();
    answers.clear();
    for (const ref of waiting) {
      const key = keyOf(ref);
      if (answers.has(key)) continue;
      const answer = source.describe(ref, context);
      answers.set(key, answer);
      answer.catch((error: unknown) => {
        const passes = isSnowmeltError(error) && error.retry !== 'never';
        if (passes && answers.get(key) === answer) answers.delete(key);
      });
    }
  }

  return (ref) => {
    const key = keyOf(ref);
    const place = waiting.findIndex((other) => keyOf(other) === key);
    if (place === -1) return source.describe(ref, context);
    const old = context.clock.monotonic() - asked > present;
    if (old || !answers.has(key)) askAll();
    waiting.splice(place, 1);
    return answers.get(key) ?? source.describe(ref, context);
  };
}

/**
 * The source table of a job: the one that is called as it is written, or where there is none, the one
 * that Snowflake reads the name as without quotes. The schema says which it is.
 */
export async function describeWritten(
  { source, sourceInCapitals }: Pick<TableJob, 'source' | 'sourceInCapitals'>,
  describe: DescribeSource,
): Promise<TableSchema> {
  try {
    return await describe(source);
  } catch (error) {
    if (sourceInCapitals === undefined || !isMissing(error)) throw error;
    return await describe(sourceInCapitals).catch((other: unknown) => {
      throw isMissing(other) ? error : other;
    });
  }
}

/** For people, where the table is not the one that is written. */
export function capitalsNotice({ source }: TableJob, { ref }: TableSchema): readonly string[] {
  if (keyOf(ref) === keyOf(source)) return [];
  return [
    `there is no ${dotted(source)}: ${dotted(ref)} is read, as Snowflake reads the name without quotes`,
  ];
}

function isMissing(error: unknown): boolean {
  return isSnowmeltError(error) && error.code === 'SOURCE.TABLE_NOT_FOUND';
}

function dotted({ database, schema, name }: TableRef): string {
  return `${database}.${schema}.${name}`;
}

function keyOf({ database, schema, name }: TableRef): string {
  return JSON.stringify([database, schema, name]);
}
