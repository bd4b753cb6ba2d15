import { createHash } from 'node:crypto';

import { changesOf, deleteMissingOf, type TablePlan, watermarkOf } from '@snowmelt/core';

/**
 * Fingerprint of what decides which rows go where. A run may plan a table anew (its configuration
 * changed); the rows of the earlier plan must then not stay beside those of the new one (P1).
 */
export function planFingerprint(table: TablePlan): string {
  const { source, target, primaryKey, snapshot, mode, extract, read } = table;
  const columns = columnsOf(table);
  const merge = { keyColumns: table.keyColumns, watermark: watermarkOf(table) ?? null };
  // Absent where it is off: so runs from before it go on.
  const { restarts } = table;
  const [deleteMissing, changes] = [deleteMissingOf(table), changesOf(table)];
  const rows = { source, target, primaryKey, snapshot, mode, extract, read, columns, merge };
  return hashOf({ ...rows, deleteMissing, changes, restarts });
}

/**
 * Fingerprint of which rows of which object a table holds when it is loaded, whenever and however
 * that is done: changes of one such content lead to a later state of the same. The order and types
 * of columns are in it, since one that is made anew under its name has other values in old rows, of
 * which no change tells.
 */
export function contentFingerprint(table: TablePlan): string {
  const { source, read } = table;
  const types = table.columns.map((pair) => pair.source.nativeType);
  const content = { source, filter: read.filter ?? null, columns: columnsOf(table), types };
  return hashOf({ ...content, feed: changesOf(table)?.feed ?? null });
}

function columnsOf(table: TablePlan) {
  return table.columns.map(({ source, target, fractionDigits, ...pair }) => {
    const { extraDigits, lostZone, unsupportedText, unsupportedJson } = pair;
    const json = unsupportedJson === undefined ? undefined : `json ${unsupportedJson}`;
    const zone = lostZone === undefined ? undefined : `zone ${lostZone}`;
    const policies = [extraDigits, zone, unsupportedText, json].filter((one) => one !== undefined);
    // Without policies as before there were any: so runs from then go on.
    return [source.name, target, fractionDigits ?? null, ...policies];
  });
}

function hashOf(decisive: object): string {
  return createHash('sha256').update(stableJson(decisive)).digest('hex');
}

/** The same text whatever the order of keys: a plan comes back from jsonb with another one. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
