const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes as text; where they are no UTF-8, ASCII with `\x..` in place of each other byte. */
export function readableRow(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`,
    ).join('');
  }
}
