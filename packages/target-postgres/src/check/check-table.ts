import type { Finding, TablePlan, TableSchema, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { missingColumns } from '../prepare/create-table.ts';
import { pendingWidenings } from '../prepare/pending-widenings.ts';
import { checkColumns } from './check-columns.ts';
import { checkCreation } from './check-creation.ts';
import { checkMarkName } from '../missing/check-mark.ts';
import { checkMissing } from '../missing/check-missing.ts';
import { checkModes } from '../modes/modes.ts';
import { checkNames } from './check-names.ts';
import { lookAlikes } from './look-alikes.ts';
import { checkRules } from './check-rules.ts';
import { checkPlace, checkRights } from './check-rights.ts';
import { checkRelation } from './check-relation.ts';

export interface CheckRequest {
  readonly table: TablePlan;
  readonly existing: TableSchema | undefined;
  readonly context: WorkContext;
}

/** Everything that can be known to stand in the way before a row moves. Changes nothing. */
export async function checkTable(
  databases: Databases,
  { table, existing, context }: CheckRequest,
): Promise<readonly Finding[]> {
  const { database } = table.target;
  const { signal } = context;
  const place = { run: table.run, table: table.key };
  const options = { database, signal, place, purpose: 'plain' } as const;
  const asked = await transaction(databases, options, async (session) => {
    const creation = await checkCreation(session, table, existing === undefined);
    if (existing === undefined) {
      const alike = await lookAlikes(session, table);
      return [...creation, ...alike, ...(await checkModes(session, table, 'checksOfNew'))];
    }
    const place = await checkPlace(session, table);
    const altered = alters(table, existing);
    if (place.length > 0) {
      const how = { alters: altered, usable: false };
      return [...creation, ...place, ...(await checkRights(session, table, how))];
    }
    const relation = await checkRelation(session, table, altered);
    const rules = await checkRules(session, table);
    return [...creation, ...relation, ...rules, ...(await checkMissing(session, table, existing))];
  });
  const columns = [...checkColumns(table, existing), ...checkMarkName(table)];
  return [...checkNames(table), ...columns, ...asked];
}

function alters(table: TablePlan, existing: TableSchema): boolean {
  return missingColumns(table, existing).length + pendingWidenings(table, existing).length > 0;
}
