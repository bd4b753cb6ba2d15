const mark = Buffer.from('\n\\.');

/**
 * Whether a line of the bytes begins with `\.`, which PostgreSQL before 18 takes for the end of the
 * data where it is the whole line, also within quotes. Looks at buffers, not at rows.
 */
export class EndOfDataScan {
  /** What came before the buffer, as far as a mark could reach into it; the first line starts too. */
  #before: Buffer = mark.subarray(0, 1);

  found(buffer: Buffer): boolean {
    const border = Buffer.concat([this.#before, buffer.subarray(0, mark.length - 1)]);
    if (border.includes(mark) || buffer.includes(mark)) return true;
    this.#before = Buffer.concat([this.#before, buffer.subarray(1 - mark.length)]).subarray(
      1 - mark.length,
    );
    return false;
  }
}
