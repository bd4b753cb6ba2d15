import * as fc from 'fast-check';

const pieces = [
  '\0',
  '"',
  '""',
  ',',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\\',
  '\\.',
  '\n\\.\n',
  '\\N',
  "'",
  "''",
  '$$',
  ' ',
  '',
  'NULL',
  '\u0001',
  '\u007F',
  '\u0085',
  '\u2028',
  '\uFEFF',
  '👩‍👩‍👧',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  'עברית',
  '\u202Eعربي',
  'e\u0301\u0323',
  'ß',
  'İ',
  '\uFFFD',
  '\uFFFF',
  '𝒳',
  '--',
  '/*',
  ';',
  '{}',
  '%s',
  '?',
];

/** Text that is easily mistaken for something else on its way. No half of a surrogate pair. */
export const textWithNul = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));

export const hostileText = textWithNul.map((text) => text.replaceAll('\0', ''));
