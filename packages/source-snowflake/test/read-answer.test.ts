import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { shownTables } from '../src/describe/objects.ts';
import { planChunks } from '../src/plan/plan-chunks.ts';
import { readAnswer } from '../src/result/read-answer.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const at = z.tuple([z.object({ at: z.string().regex(/\+00:00$/u) })]);
const question = { about: 'the snapshot point' };

function failure(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('an answer of another form than expected is told, and is no bug of ours', () => {
  it('with what was asked, the text, the rule and the query', () => {
    const rows = Object.assign([{ at: '2026-11-23T21:40:00Z' }], { queryId: '01b2-7' });
    expect(failure(() => readAnswer(at, rows, question))).toMatchObject({
      code: 'SOURCE.UNEXPECTED_ANSWER',
      retry: 'never',
      message: expect.stringMatching(
        /about the snapshot point .* row 1, at: .*pattern.*; it is "2026-11-23T21:40:00Z" \(query 01b2-7\)\.$/u,
      ) as string,
      fix: expect.stringContaining('check --deep') as string,
    });
  });

  it.each([
    [[], '0 rows'],
    [[{ at: null }], 'it is NULL'],
    [
      [{ when: 'now' }],
      'row 1, at: Invalid input: expected string, received undefined; it is absent',
    ],
    [[{ at: 'x'.repeat(1e6) }], `"${'x'.repeat(99)}…`],
  ])('%#: also where it is missing, or long', (rows, said) => {
    expect(failure(() => readAnswer(at, rows, question))).toMatchObject({
      message: expect.stringContaining(said) as string,
    });
  });

  it('P7: but no text of a secret or of a row', () => {
    const secret = [{ at: 'https://storage.example/file?signature=only-for-tests' }];
    const error = failure(() => readAnswer(at, secret, { ...question, hidden: true }));
    expect(error).toMatchObject({ message: expect.stringMatching(/it is a string\.$/u) as string });
  });

  it('of a list of tables', () => {
    const rows = [{ name: 'T', created_on: '2024-01-01 10:00:00.000 -0800' }];
    const error = failure(() => readAnswer(shownTables, rows, { about: 'tables' }));
    expect(error).toMatchObject({ code: 'SOURCE.UNEXPECTED_ANSWER' });
    expect(String(error)).toContain('row 1, created_on');
  });
});

describe('P7: an answer about chunks is told without a key of the table', () => {
  const type = { kind: 'decimal', precision: 38, scale: 0 } as const;
  const keyed = tablePlan({
    columns: [pair('K', type)],
    read: {
      extract: 'query',
      chunkColumns: [{ column: 'K', type: 'bigint' }],
      sortColumns: [],
      batchRows: 10,
    },
  });
  it.each([
    { kind: 'from', depth: '1', held_rows: '1,000', key_1: 4711 },
    { kind: 'from', depth: '1', held_rows: '100', key_1: 4711 },
    { kind: 'from', depth: '1', held_rows: '100' },
    { kind: 'FROM', depth: '1', held_rows: '100', key_1: '4711' },
  ])('%o', async (row) => {
    const planned = Array.fromAsync(planChunks(keyed, 1000, async () => [row], testContext()));
    const error: unknown = await planned.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SOURCE.UNEXPECTED_ANSWER' });
    expect(String(error)).not.toContain('4711');
  });
});
