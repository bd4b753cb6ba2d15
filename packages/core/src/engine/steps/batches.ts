import type { OpenChunks } from '../../contract/sharing.ts';
import type { RunId, TableKey, TablePlan } from '../../contract/table-plan.ts';

/** A share of a table's chunks, by reference: whoever has it leases up to so many of what is left. */
export interface BatchRef {
  readonly run: RunId;
  readonly table: TableKey;
  /** Tells batches of a table apart; no chunk belongs to one. */
  readonly batch: number;
  readonly chunks: number;
}

/** A state of AWS Step Functions takes 256 KiB; some of that is for what is around the batches. */
const mostBytes = 200 * 1024;

/** What an unload makes a file of, compressed, unless told otherwise (MAX_FILE_SIZE of COPY INTO). */
const fileBytes = 16 * 1024 * 1024;

/**
 * Batches of about `chunks` each, or of more where the list of them would not fit into an event. Of what
 * is still to be extracted the number of files is guessed; whatever no batch has loaded is for the end.
 */
export function batchesOf(
  run: RunId,
  open: readonly (OpenChunks & { readonly plan?: TablePlan })[],
  chunks: number,
): readonly BatchRef[] {
  for (let each = chunks; ; each *= 2) {
    const batches = open.flatMap((table) => batchesOfTable(run, table, each));
    if (sizeOf(batches) <= mostBytes) return batches;
    if (batches.length <= open.length) return cutToFit(batches);
  }
}

function batchesOfTable(
  run: RunId,
  { table, load, extract, plan }: OpenChunks & { readonly plan?: TablePlan },
  chunks: number,
): BatchRef[] {
  const files = extract === 0 ? 0 : Math.max(extract, (plan?.estimatedBytes ?? 0) / fileBytes);
  const count = Math.ceil((load + files) / chunks);
  return Array.from({ length: count }, (_, batch) => ({ run, table, batch, chunks }));
}

function cutToFit(batches: readonly BatchRef[]): readonly BatchRef[] {
  const each = sizeOf(batches) / batches.length;
  return batches.slice(0, Math.floor((mostBytes / each) * 0.9));
}

function sizeOf(batches: readonly BatchRef[]): number {
  return Buffer.byteLength(JSON.stringify(batches));
}
