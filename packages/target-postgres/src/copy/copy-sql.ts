import { quoteIdentifier } from '../sql/quote-identifier.ts';

/** The defaults of CSV are the canonical form: comma, quote doubled, NULL is nothing. */
export function copySql(into: string, fields: readonly string[]): string {
  return `COPY ${into} (${fields.map(quoteIdentifier).join(', ')}) FROM STDIN (FORMAT csv)`;
}
