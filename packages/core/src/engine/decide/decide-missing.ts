import type { TableJob } from '../../contract/table-job.ts';
import type { DeleteMissing, MergePlan, TablePlan } from '../../contract/table-plan.ts';
import type { TableSchema } from '../../contract/table-schema.ts';
import type { MissingReceipt } from '../../contract/target-answers.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { chooseExtract } from './choose-extract.ts';
import type { DecideContext } from './decide-context.ts';

/**
 * What becomes of target rows that the source lacks, and how its keys are read: all of them, so
 * that neither the size nor the way of an increment says anything of it.
 */
export async function decideMissing(
  job: TableJob,
  draft: TablePlan,
  schema: TableSchema,
  using: DecideContext,
): Promise<Pick<MergePlan, 'deleteMissing'>> {
  if (job.deleteMissing === undefined || !merges(draft)) return {};
  if (!draft.snapshot.pinned) throw unpinned(job, draft.snapshot.reason);
  const choice =
    job.deleteMissing.how === 'hard'
      ? job.deleteMissing
      : { ...job.deleteMissing, addsColumn: job.schemaEvolution === 'create_and_add' };
  if (draft.firstLoad === true) return { deleteMissing: choice };
  const size = keySize(draft, schema);
  const { extract } = await chooseExtract({ ...schema, ...size }, draft.read, using);
  return { deleteMissing: { ...choice, keys: { extract, ...size } } };
}

function merges(plan: TablePlan): plan is MergePlan {
  return plan.mode === 'upsert' || plan.mode === 'insert-only';
}

/** Of the catalog's bytes the part of the key columns, as if all columns were as wide. */
function keySize(
  { keyColumns }: MergePlan,
  { columns, estimatedRows, estimatedBytes }: TableSchema,
): Pick<MergePlan, 'estimatedRows' | 'estimatedBytes'> {
  const part = keyColumns.length / Math.max(1, columns.length);
  return {
    ...(estimatedRows === undefined ? {} : { estimatedRows }),
    ...(estimatedBytes === undefined ? {} : { estimatedBytes: Math.ceil(estimatedBytes * part) }),
  };
}

/** Rows and keys would be read at different moments, and rows deleted that the source has. */
function unpinned(job: TableJob, reason: string): SnowmeltError {
  return new SnowmeltError(
    'SOURCE.NOT_PINNABLE',
    `delete_missing needs ${job.source.name} to be read as of one point in time: ${reason}`,
    {
      place: { table: job.key },
      fix: 'Read a table that has Time Travel at a snapshot, or set delete_missing: off.',
    },
  );
}

/** For people, beforehand. */
export function missingNotice(missing: DeleteMissing): string {
  const what =
    missing.how === 'hard' ? 'are deleted' : `are marked in the column ${missing.column}`;
  const read =
    missing.keys === undefined
      ? 'the target is empty, so that none is'
      : `all keys of the source are read by ${missing.keys.extract}`;
  return `rows whose key the source lacks ${what}: ${read}`;
}

/** For people, afterwards. */
export function removedNotice({ how, rows, restored }: MissingReceipt): string {
  if (how === 'hard') return `rows deleted since the source lacks them: ${rows}`;
  return `rows marked since the source lacks them: ${rows}, rows that are back: ${restored}`;
}
