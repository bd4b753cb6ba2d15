/** A mapping as JSON or YAML gives it. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type KeyPath = readonly PropertyKey[];

/** `sources[0].tables[1].batch_size`, as error messages write it. */
export function formatPath(path: KeyPath): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  return text.replace(/^\./, '');
}
