import type { LoadReceipt } from '../contract/chunk.ts';
import type { TablePlan } from '../contract/table-plan.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { keysPlan } from './keys-plan.ts';
import type { OpenRun } from './open-run.ts';

/**
 * All keys of the source are in, or it throws and no row is deleted. Asked whatever `verify` says:
 * a key that did not come would be a row that goes.
 */
export async function reconcileKeys(
  plan: TablePlan,
  receipts: readonly LoadReceipt[],
  run: OpenRun,
): Promise<void> {
  const keys = keysPlan(plan);
  if (keys === undefined) return;
  const gathered = receipts
    .filter((receipt) => receipt.of === 'keys')
    .reduce((sum, { rows }) => sum + rows, 0);
  const held = await run.source.count(keys, run.context);
  if (held === gathered) return;
  throw new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the source has ${held} keys, the target's ledger has ${gathered}: nothing was deleted`,
    { place: { run: plan.run, table: plan.key } },
  );
}
