import type { RowWindow } from '../result/line-parser.ts';

const lineFeed = 0x0a;
const quote = 0x22;

/**
 * The lines `window` of canonical CSV, in which an LF ends a row unless it stands in quotes; a doubled quote
 * ends and begins again. What comes after them is not read.
 */
export async function* lineWindow(
  blocks: AsyncIterable<Buffer>,
  { from, to }: RowWindow,
): AsyncGenerator<Buffer, void> {
  let row = 0;
  let quoted = false;
  for await (const block of blocks) {
    let begin = row >= from ? 0 : undefined;
    let nextQuote = block.indexOf(quote);
    let at = 0;
    while (row < to) {
      if (nextQuote !== -1 && nextQuote < at) nextQuote = block.indexOf(quote, at);
      const end = quoted ? -1 : block.indexOf(lineFeed, at);
      if (nextQuote !== -1 && (end === -1 || nextQuote < end)) {
        quoted = !quoted;
        at = nextQuote + 1;
        continue;
      }
      if (end === -1) break;
      row += 1;
      at = end + 1;
      if (row === from) begin = at;
    }
    const wanted = begin === undefined ? 0 : (row < to ? block.length : at) - begin;
    if (begin !== undefined && wanted > 0) yield block.subarray(begin, begin + wanted);
    if (row >= to) return;
  }
}
