import type { SourcePrice, WorkContext } from '@snowmelt/core';
import { z } from 'zod';

import type { Sessions } from '../connect/session-pool.ts';
import { queryRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';

const current = z.tuple([z.object({ warehouse: z.string().nullable() })]);

const count = z.union([z.string(), z.number()]);

/** https://docs.snowflake.com/en/sql-reference/sql/show-warehouses; columns have come and gone. */
const shown = z.array(
  z.object({
    name: z.string(),
    type: z.string().nullish(),
    size: z.string().nullish(),
    started_clusters: count.nullish(),
    generation: count.nullish(),
  }),
);

/**
 * Credits an hour of a standard warehouse with one cluster
 * (https://docs.snowflake.com/en/user-guide/warehouses-overview).
 */
const creditsBySize: Readonly<Record<string, number>> = {
  'X-SMALL': 1,
  SMALL: 2,
  MEDIUM: 4,
  LARGE: 8,
  'X-LARGE': 16,
  '2X-LARGE': 32,
  '3X-LARGE': 64,
  '4X-LARGE': 128,
  '5X-LARGE': 256,
  '6X-LARGE': 512,
};

/**
 * Of generation 2, on AWS and Google Cloud; it is 1.25 on Azure
 * (https://docs.snowflake.com/en/user-guide/warehouses-gen2, the consumption table).
 */
const secondGeneration = 1.35;

/** What an hour of the session's warehouse costs. Needs no warehouse to run. */
export async function warehousePrice(pool: Sessions, context: WorkContext): Promise<SourcePrice> {
  const asked = await queryRows(pool, 'SELECT CURRENT_WAREHOUSE() AS "warehouse"', context);
  const [{ warehouse }] = readAnswer(current, asked, { about: 'the warehouse' });
  if (warehouse === null) return { of: 'no warehouse' };
  const pattern = warehouse.replaceAll('\\', '\\\\').replaceAll("'", "''");
  const rows = await queryRows(pool, `SHOW WAREHOUSES LIKE '${pattern}'`, context);
  const found = readAnswer(shown, rows, { about: 'the warehouse' });
  const one = found.find(({ name }) => name === warehouse);
  if (one === undefined) return { of: `warehouse ${warehouse}, which the role may not see` };
  return priceOf(one);
}

function priceOf({ name, type, size, ...more }: z.output<typeof shown>[number]): SourcePrice {
  const hour = creditsBySize[(size ?? '').toUpperCase()];
  const kind = (type ?? 'STANDARD').toUpperCase();
  const clusters = Math.max(1, Number(more.started_clusters ?? 1) || 1);
  const of = [
    `warehouse ${name}`,
    size ?? 'of no size',
    ...(clusters > 1 ? [`${clusters} clusters`] : []),
  ].join(', ');
  if (hour === undefined || kind !== 'STANDARD') return { of: `${of}, ${kind.toLowerCase()}` };
  const generation = String(more.generation) === '2' ? secondGeneration : 1;
  return { of, creditsPerHour: hour * clusters * generation };
}
