import type { TableKey } from '../../contract/table-plan.ts';
import type { PublishReceipt } from '../../contract/target-answers.ts';
import { nameOf } from '../decide/emptied-with.ts';
import type { OpenRun } from './open-run.ts';

/** Tells the status store that the load of the table begins with its indexes away. */
export async function tellDisabled(key: TableKey, run: OpenRun): Promise<void> {
  await run.status.recordTable(run.state.id, key, { type: 'indexes_disabled' });
}

/** Two source tables may share a target, so all that go into one which is whole again are told. */
export async function tellRestored(
  { indexesBack = [] }: PublishReceipt,
  run: OpenRun,
): Promise<void> {
  const whole = new Set(indexesBack.map(nameOf));
  for (const { key, target } of run.jobs) {
    if (!whole.has(nameOf(target))) continue;
    await run.status.recordTable(run.state.id, key, { type: 'indexes_restored' });
  }
}
