/** LIKE of SHOW commands: `%` any characters, `_` one, case-insensitive, `\` before either. */
export function likeMatcher(pattern: string): (text: string) => boolean {
  const wanted = pattern.toUpperCase();
  return (text) => matchesFrom(wanted, 0, text.toUpperCase());
}

function matchesFrom(pattern: string, at: number, text: string): boolean {
  const ch = pattern[at];
  if (ch === undefined) return text === '';
  if (ch === '%') {
    for (let i = 0; i <= text.length; i += 1) {
      if (matchesFrom(pattern, at + 1, text.slice(i))) return true;
    }
    return false;
  }
  const escaped = ch === '\\' && at + 1 < pattern.length;
  const literal = escaped ? pattern[at + 1] : ch;
  if (text === '' || (literal !== text[0] && (escaped || ch !== '_'))) return false;
  return matchesFrom(pattern, at + (escaped ? 2 : 1), text.slice(1));
}
