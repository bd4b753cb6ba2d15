import type { ColumnPair } from '@snowmelt/core';

import { renderColumn } from './render-column.ts';

/** Fields in one parenthesis: keeps the expression of a table of a thousand columns shallow. */
const group = 50;

/**
 * SQL of a row's canonical CSV line, without its line end. Never NULL: a NULL field is nothing. A
 * table of one column whose value is NULL gives an empty line, which COPY reads as one NULL field.
 */
export function renderLine(columns: readonly ColumnPair[]): string {
  return joinFields(columns.map(renderColumn));
}

/** SQL of texts joined by commas, NULL ones as nothing. */
export function joinFields(fields: readonly string[]): string {
  if (fields.length === 0) return `''`;
  const groups: string[] = [];
  for (let start = 0; start < fields.length; start += group) {
    const part = fields.slice(start, start + group);
    groups.push(part.map((field) => `COALESCE(${field}, '')`).join(`\n || ',' || `));
  }
  return groups.length === 1
    ? groups.join('')
    : groups.map((part) => `(${part})`).join(`\n || ',' || `);
}
