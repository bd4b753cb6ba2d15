import { decodeCsv, type TablePlan } from '@snowmelt/core';
import { expect, it } from 'vitest';

import { expectFailure } from '../../src/conformance/expect-failure.ts';
import { sampleColumns, samplePlan, sampleRows } from '../../src/conformance/sample-plan.ts';
import { testContext } from '../../src/context.ts';
import {
  memorySource,
  memoryTarget,
  type FaultInjector,
  type LoadFault,
} from '../../src/memory.ts';

const context = testContext();
const ref = { database: 'SHOP', schema: 'SALES', name: 'ORDERS' };
const tables = [{ ref, columns: sampleColumns, rows: sampleRows(0, 20) }];

async function opened(fault: FaultInjector, opens = 1) {
  const source = memorySource({ tables, fault });
  const plan: TablePlan = samplePlan({
    snapshot: { pinned: true, ...(await source.pins.pin(context)) },
  });
  const [chunk] = await Array.fromAsync(source.plan(plan, context));
  for (let nth = 1; nth < opens; nth += 1) {
    await source.open(plan, chunk!, context).catch(() => undefined);
  }
  return source.open(plan, chunk!, context);
}

it('refuses the opening that it is told to', async () => {
  const second: FaultInjector = ({ nth }) => (nth === 2 ? { kind: 'refuse' } : undefined);
  await expectFailure(opened(second, 2), 'SOURCE.STREAM_BROKEN');
  expect(await opened(second, 3)).toMatchObject({ expectedRows: 10 });
});

it('breaks a stream after so many rows', async () => {
  const { bytes } = await opened(() => ({ kind: 'break', afterRows: 4 }));
  let text = '';
  const reading = async () => {
    for await (const piece of bytes) text += String(piece);
  };
  await expectFailure(reading(), 'SOURCE.STREAM_BROKEN');
  expect(decodeCsv(text)).toEqual(sampleRows(0, 4));
});

it('cuts a stream as if it were whole, and announces what it likes', async () => {
  const cut = await opened(() => ({ kind: 'cut', afterRows: 4 }));
  expect(cut.expectedRows).toBe(10);
  expect(decodeCsv(String(Buffer.concat(await Array.fromAsync(cut.bytes))))).toHaveLength(4);
  expect(await opened(() => ({ kind: 'announce', rows: 3 }))).toMatchObject({ expectedRows: 3 });
});

it.each<[LoadFault, number]>([
  ['before-commit', 0],
  ['after-commit', 10],
])('loses the connection of a target %s', async (fault, rows) => {
  const source = memorySource({ tables });
  const target = memoryTarget({ fault: ({ nth }) => (nth === 1 ? fault : undefined) });
  const plan = samplePlan({ snapshot: { pinned: true, ...(await source.pins.pin(context)) } });
  const [chunk] = await Array.fromAsync(source.plan(plan, context));
  await target.prepare(plan, context);
  const open = () => source.open(plan, chunk!, context);
  await expectFailure(target.load(plan, chunk!, open, context), 'TARGET.CONNECTION_LOST');
  expect(target.database.rows(plan.target)).toHaveLength(rows);
  expect(await target.load(plan, chunk!, open, context)).toMatchObject({
    rows: 10,
    alreadyLoaded: rows > 0,
  });
  expect(target.database.rows(plan.target)).toHaveLength(10);
});
