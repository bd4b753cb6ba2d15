import type {
  ColumnPair,
  TypeDecision,
  TypeDecisions,
  TypeRequest,
  WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { extensionColumns, extensionTypes } from './extension-types.ts';
import { narrowColumns, widenColumns } from './widen-columns.ts';

/** Types of columns that hang on the database at hand. Asks it only where there is a question. */
export async function decideTypes(
  databases: Databases,
  request: TypeRequest,
  { signal }: WorkContext,
): Promise<TypeDecisions> {
  const { table, pairs, existing, mayWiden } = request;
  const names = new Set(existing?.columns.map(({ name }) => name));
  const created = pairs.filter(({ target }) => !names.has(target));
  const written = textColumns(created, request);
  const extended = extensionColumns(created);
  const narrow = mayWiden ? narrowColumns(request) : [];
  if (extended.length + narrow.length === 0) return { decisions: written, notices: [] };
  const options = { database: table.database, signal, purpose: 'plain' } as const;
  return transaction(databases, options, async (session) => {
    const parts = [
      await extensionTypes(session, extended),
      await widenColumns(session, table, narrow),
    ];
    return {
      decisions: [...written, ...parts.flatMap(({ decisions }) => decisions)],
      notices: parts.flatMap(({ notices }) => notices),
    };
  });
}

/** New columns that keep what was written where PostgreSQL's own type would not. */
function textColumns(
  created: readonly ColumnPair[],
  { digitsAsText = false, jsonAsWritten = false }: TypeRequest,
): readonly TypeDecision[] {
  return created.flatMap(({ source: { type }, target: column, fractionDigits }): TypeDecision[] => {
    if (digitsAsText && fractionDigits !== undefined) {
      return [{ column, type: { kind: 'text' }, newType: 'text' }];
    }
    return jsonAsWritten && type.kind === 'json' ? [{ column, type, newType: 'json' }] : [];
  });
}
