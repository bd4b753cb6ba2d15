import { expect, it } from 'vitest';

import type { ColumnPair } from '../../src/contract/column-pair.ts';
import type { LogicalType } from '../../src/contract/table-schema.ts';
import type { TypeDecision, TypeRequest } from '../../src/contract/target-answers.ts';
import type { CreatesTables } from '../../src/contract/target.ts';
import type { WorkContext } from '../../src/contract/work-context.ts';
import { decideTypes } from '../../src/engine/decide/decide-types.ts';
import type { TableJob } from '../../src/contract/table-job.ts';

const time = (precision: number): LogicalType => ({ kind: 'time', precision });
const fine = time(9);
const pair = (name: string, more: Partial<ColumnPair> = {}): ColumnPair => ({
  source: {
    name: name.toUpperCase(),
    type: time(9),
    nativeType: 'TIME(9)',
    nullable: true,
    hasDefault: false,
    generated: false,
  },
  target: name,
  ...more,
});

function deciding(decisions: readonly TypeDecision[]) {
  const asked: TypeRequest[] = [];
  const createsTables: CreatesTables = {
    // As a target that keeps six digits at most.
    fractionDigits: (_source, column) => (column?.type === fine ? undefined : 6),
    decideTypes: async (request: TypeRequest) => {
      asked.push(request);
      return { decisions, notices: ['said'] };
    },
  };
  return { asked, using: { target: { createsTables }, context: {} as WorkContext } };
}

const job = (schemaEvolution: TableJob['schemaEvolution']) =>
  ({
    target: { database: 'd', schema: 's', name: 't' },
    schemaEvolution,
    uniqueness: [] as readonly string[],
  }) as TableJob;

it('digits of a second are those of the type that the column will have', async () => {
  const narrow = pair('a', { targetType: time(0), fractionDigits: 0 });
  const other = pair('b', { targetType: time(3), fractionDigits: 3 });
  const widen = { from: 'time(0)', to: 'time(6)' };
  const { using } = deciding([{ column: 'a', type: time(6), widen }]);
  const columns = { existing: undefined, pairs: [narrow, other] };
  expect(await decideTypes(job('create_and_add'), columns, using)).toEqual({
    pairs: [{ ...narrow, targetType: time(6), fractionDigits: 6, widen }, other],
    notices: ['said'],
  });
});

it('a column that becomes as fine as its source is cut no more', async () => {
  const narrow = pair('a', { targetType: time(0), fractionDigits: 0 });
  const { using } = deciding([{ column: 'a', type: fine, newType: 'x' }]);
  const { pairs } = await decideTypes(
    job('create'),
    { existing: undefined, pairs: [narrow] },
    using,
  );
  expect(pairs).toEqual([pair('a', { targetType: fine, newType: 'x' })]);
});

it.each([
  ['create_and_add', true],
  ['create', false],
  ['off', false],
] as const)('schema_evolution: %s may widen: %s', async (evolution, mayWiden) => {
  const { asked, using } = deciding([]);
  await decideTypes(job(evolution), { existing: undefined, pairs: [] }, using);
  expect(asked).toMatchObject([{ mayWiden }]);
});

it('P1: names the columns whose digits find a row again, or say how far the table was read', async () => {
  const { asked, using } = deciding([]);
  const watermark = { source: 'b', target: 'B', overlapSeconds: 0 };
  const merged = { ...job('create_and_add'), watermark, uniqueness: ['C'] } as TableJob;
  const pairs = [pair('a'), pair('b'), pair('c')];
  await decideTypes(merged, { existing: undefined, pairs }, using);
  expect(new Set(asked[0]?.compared)).toEqual(new Set(['b', 'c']));
});
