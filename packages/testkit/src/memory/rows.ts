import type { TableRef } from '@snowmelt/core';

/** A row's fields as canonical CSV text; `null` is NULL. */
export type TextRow = readonly (string | null)[];

export type MemoryValue = string | number | bigint | boolean | null;

/** Values to canonical text: booleans are `t` and `f`, everything else as it prints. */
export function textRow(values: readonly MemoryValue[]): TextRow {
  return values.map((value) => {
    if (value === null || typeof value === 'string') return value;
    if (typeof value === 'boolean') return value ? 't' : 'f';
    return String(value);
  });
}

/** A name that no other table has. */
export function refKey({ database, schema, name }: TableRef): string {
  return JSON.stringify([database, schema, name]);
}
