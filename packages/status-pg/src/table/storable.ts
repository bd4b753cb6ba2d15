const longest = 8000;

/** Text as a status row takes it: PostgreSQL holds no U+0000, and nobody reads a megabyte. */
export function storable(text: string | undefined): string | null {
  if (text === undefined) return null;
  const clean = text.replaceAll('\u0000', '\uFFFD');
  return clean.length <= longest ? clean : `${clean.slice(0, longest)} …`;
}

/** JSON for a jsonb column, which takes neither U+0000 nor half a surrogate pair. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? inner.replaceAll('\u0000', '\uFFFD').toWellFormed() : inner,
  );
}
