import { Readable } from 'node:stream';

import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import type { Cases } from '../cases.ts';
import { sampleColumn, sorted } from '../sample-plan.ts';
import {
  chunkOfRows,
  csvOf,
  load,
  preparedTarget,
  readPlan,
  sampleChunk,
  targetPlan,
} from './sample-chunk.ts';
import type { WholeTargetHarness } from './target-harness.ts';

const texts = ['A', 'B', 'C'].map((name) => sampleColumn(name, { kind: 'text' }, 'VARCHAR'));

/** Rows go in and come out as they were. */
function roundTrip(rows: (string | null)[][], pieceBytes?: number) {
  return async (harness: WholeTargetHarness): Promise<void> => {
    const plan = targetPlan(harness, { sourceColumns: texts });
    const target = await preparedTarget(harness, plan);
    const csv = csvOf(rows);
    const size = pieceBytes ?? csv.length;
    const pieces = Array.from({ length: Math.ceil(csv.length / size) }, (_, index) =>
      csv.subarray(index * size, (index + 1) * size),
    );
    const stream = () => Readable.from(pieces, { objectMode: false });
    await load(target, plan, sampleChunk('a', stream, rows.length));
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  };
}

const awkward = [
  ['plain', 'text', 'x'],
  ['"', '""', 'a "quoted" word'],
  [',', ',,', 'a,b'],
  ['\n', 'a\nb', '\n\n'],
  ['\r', 'a\r\nb', '\t'],
  [' leading', 'trailing ', ' '],
  ['NULL', 'null', '\\N'],
  ['\\', '\\\\', '\\n'],
  ['ä', '日本語', '👩‍👩‍👧 é'],
  ['\uFEFF', '\u0001', '\u007F\u0085\u2028'],
];

/** Fidelity of the text of a field. */
export const valueCases: Cases<WholeTargetHarness> = {
  'P1: NULL and the empty string are two things': roundTrip([
    [null, '', 'x'],
    ['', null, ''],
    [null, null, null],
    ['', '', ''],
  ]),
  'P1: quotes, commas, line ends, blanks, backslashes, Unicode': roundTrip(awkward),
  'P1: the same, cut into pieces of one byte': roundTrip(awkward, 1),
  'P1: a field of 3 MB': roundTrip([['ü,"\n'.repeat(500_000), null, 'end']], 64 * 1024),
  'P1: equal rows are all kept': roundTrip(Array.from({ length: 5 }, () => ['same', null, ''])),
  'P1: a row of one column that is NULL, and one that is empty': async (harness) => {
    const plan = targetPlan(harness, { sourceColumns: texts.slice(0, 1) });
    const target = await preparedTarget(harness, plan);
    const rows = [[null], [''], ['x'], [null]];
    expect(await load(target, plan, chunkOfRows('a', rows))).toMatchObject({ rows: 4 });
    expect(sorted(await readPlan(harness, plan))).toEqual(sorted(rows));
  },
  'P1: fields go to the columns that the plan names, whatever their order': async (harness) => {
    const plan = targetPlan(harness, { sourceColumns: texts });
    const target = await preparedTarget(harness, plan);
    const turned = { ...plan, run: 'run-2', columns: plan.columns.toReversed().slice(0, 2) };
    await target.prepare(turned, testContext());
    await load(target, turned, chunkOfRows('a', [['for c', 'for b']]));
    expect(await readPlan(harness, plan)).toEqual([[null, 'for b', 'for c']]);
  },
};
