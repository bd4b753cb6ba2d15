import type { TableRef, TableSchema, WorkContext } from '@snowmelt/core';

type DescribeTable = (ref: TableRef) => Promise<TableSchema>;

interface Asked {
  readonly ref: TableRef;
  readonly context: WorkContext;
  readonly answer: (schema: Promise<TableSchema>) => void;
}

/**
 * Makes one question of those that are asked at the same time, before the next event is heard, for
 * the same stop and under the same tag. Nothing is remembered.
 */
export function gather(
  describeAll: (refs: readonly TableRef[], context: WorkContext) => DescribeTable,
): (ref: TableRef, context: WorkContext) => Promise<TableSchema> {
  let asked: Asked[] = [];

  function askNow(): void {
    const groups = Map.groupBy(asked, ({ context }) => context.signal);
    asked = [];
    for (const bySignal of groups.values()) {
      const byTag = Map.groupBy(bySignal, ({ context: { queryTag, run } }) =>
        JSON.stringify([queryTag, run]),
      );
      for (const group of byTag.values()) {
        const refs = group.map(({ ref }) => ref);
        const [{ context }] = group as [Asked];
        const describe = describeAll(refs, context);
        for (const { ref, answer } of group) answer(describe(ref));
      }
    }
  }

  return (ref, context) =>
    new Promise((answer) => {
      if (asked.length === 0) setImmediate(askNow);
      asked.push({ ref, context, answer });
    });
}
