import type { RowRefusal } from '../copy/copy-error.ts';
import { blockLimits, blockOf } from './block.ts';
import type { RowsOfBlock, RowsWork } from './chunk-work.ts';
import { reasonOf } from './quarantine.ts';
import { separateBlock } from './separate-block.ts';

export interface Retried {
  /** Rows of `snowmelt.rejected_rows` that went in. */
  readonly loaded: readonly string[];
  readonly left: readonly string[];
}

/**
 * Puts refused rows in after all, in the order given and together as far as that goes. A block of
 * them is held at once.
 */
export async function retryRows(
  work: RowsWork,
  ids: readonly string[],
  put: (rows: RowsOfBlock) => Promise<RowRefusal | undefined>,
): Promise<Retried> {
  const left: string[] = [];
  for (const part of await partsOf(work, ids)) {
    const block = blockOf(await readRows(work, part));
    await separateBlock(work, block, {
      put,
      async refused(from, to, why) {
        const refused = part.slice(from, to);
        left.push(...refused);
        await work.session.query(reasonSql, [refused, ...reasonOf(why)]);
      },
    });
  }
  const refused = new Set(left);
  return { loaded: ids.filter((id) => !refused.has(id)), left };
}

const sizesSql = `
SELECT id::text AS id, octet_length(row_text) AS size
FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, position)
JOIN snowmelt.rejected_rows USING (id) ORDER BY position`;

/** Ids, cut as blocks are. */
async function partsOf({ session }: RowsWork, ids: readonly string[]): Promise<string[][]> {
  const { rows } = await session.query<{ id: string; size: number }>(sizesSql, [ids]);
  const parts: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { id, size } of rows) {
    const part = parts.at(-1);
    if (part === undefined || bytes >= blockLimits.bytes || part.length >= blockLimits.rows) {
      parts.push([id]);
      bytes = size;
    } else {
      part.push(id);
      bytes += size;
    }
  }
  return parts;
}

const rowsSql = `
SELECT row_text
FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, position)
JOIN snowmelt.rejected_rows USING (id) ORDER BY position`;

async function readRows({ session }: RowsWork, ids: readonly string[]): Promise<Buffer[]> {
  const { rows } = await session.query<{ row_text: Buffer }>(rowsSql, [ids]);
  return rows.map(({ row_text: row }) => row);
}

/** The newest reason is the one to mend. */
const reasonSql = `
UPDATE snowmelt.rejected_rows SET sqlstate = $2, message = $3, column_name = $4
WHERE id = ANY ($1)`;
