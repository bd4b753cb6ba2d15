import type { TablePlan } from '@snowmelt/core';

import { quoteShadow, shadowName } from '../../tables/shadow-table.ts';
import { copyLoad } from '../shared/copy-load.ts';
import type { Mode } from '../shared/mode.ts';
import { beginGather, type CreateShadow } from './begin-gather.ts';
import { refuseWithoutShadow } from './gather-ledger.ts';
import { putInPlace, type InPlace } from './put-in-place.ts';

/** What modes have in common that gather their rows beside the table. */
export function gathering(create: CreateShadow, inPlace: InPlace) {
  return {
    prepare: { begin: (session, table, begun) => beginGather(session, table, begun, create) },
    load: { ...copyLoad(shadowOf), refuseLate: refuseWithoutShadow },
    publish: async (databases, table, context) => {
      await putInPlace(databases, table, context, inPlace);
      return undefined;
    },
  } satisfies Partial<Mode>;
}

function shadowOf(table: TablePlan): string {
  return quoteShadow(shadowName(table));
}
