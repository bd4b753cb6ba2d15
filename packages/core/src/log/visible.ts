/**
 * What a terminal obeys, or what makes a text look like another: control characters, marks that turn
 * the direction of a text (Unicode, annex 9), and separators of lines that only some programs know.
 */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text of somebody else's on one line, which no terminal obeys: they stand there as in JSON. */
export function visible(text: string): string {
  return text.replaceAll(obeyed, (character) => short[character] ?? escaped(character));
}

/** The same of a text of several lines, which may be JSON. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
