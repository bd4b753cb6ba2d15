import { stripVTControlCharacters } from 'node:util';

/** Columns that a text takes on a terminal; a wide East Asian character takes two. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += characterWidth(character);
  return width;
}

/** Cut to `width` columns, with … in place of what is lost. Plain text only. */
export function truncateText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width - 1) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** Words in lines of `width`; what does not fit goes on two columns further in than its line begins. */
export function wrapText(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, width));
}

function wrapLine(text: string, width: number): readonly string[] {
  const [margin = ''] = /^ */u.exec(stripVTControlCharacters(text)) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(text)) {
    const isFirst = line.trim() === '';
    if (isFirst || textWidth(`${line}${word}`) <= width) line += word;
    else {
      lines.push(line.trimEnd());
      line = `${margin}  ${word.trimStart()}`;
    }
  }
  return [...lines, line.trimEnd()];
}

/**
 * Each with the spaces before it. What stands in backticks is copied, and is one word; so is a
 * number with what it counts.
 */
function wordsOf(text: string): readonly string[] {
  return text.match(/ *(?:`[^`]*`|\d (?=[^ ])|[^ ])+| +$/gu) ?? [];
}

export function padText(text: string, width: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return side === 'left' ? text + space : space + text;
}

const wide =
  /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{Emoji_Presentation}\uFF01-\uFF60]/u;

function characterWidth(character: string): number {
  if (/\p{Mark}/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
