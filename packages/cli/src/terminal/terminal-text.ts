import { visible, visibleLines } from '@snowmelt/core';
import ansis from 'ansis';

/** Bold, dim and the eight colours, which this command paints with; no other sequence is let through. */
// oxlint-disable-next-line no-control-regex
const paint = /(\u001b\[(?:0|1|2|22|3[0-79]|9[0-7])m)/u;

/** What is written for people: names, messages and rows in it can't make the terminal do anything. */
export function terminalText(text: string): string {
  return eachPart(text, visibleLines);
}

/** The same of what has to stay on its line, as a cell. */
export function terminalLine(text: string): string {
  return eachPart(text, visible);
}

function eachPart(text: string, show: (part: string) => string): string {
  if (!ansis.isSupported()) return show(text);
  const parts = text.split(paint);
  return parts.map((part, index) => (index % 2 === 1 ? part : show(part))).join('');
}

/** JSON that says the same, without a character that a terminal obeys. */
export function terminalJson(value: unknown): string {
  return visibleLines(JSON.stringify(value, undefined, 2) ?? 'null');
}
