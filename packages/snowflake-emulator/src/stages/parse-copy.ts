/** Both directions of COPY INTO. */

import type { CommandScanner } from './command-scanner.ts';
import { unsupported } from './errors.ts';
import { readOptions } from './option-list.ts';
import type { LoadCommand, UnloadCommand } from './stage-command.ts';
import { readStageReference, type StageReference } from './stage-reference.ts';

/** Goes on after the words COPY INTO. */
export function parseCopy(scanner: CommandScanner): UnloadCommand | LoadCommand {
  const next = scanner.peek();
  if (next === '@') return parseUnload(scanner);
  if (next !== "'") return parseLoad(scanner);
  const start = scanner.position;
  const target = scanner.string();
  scanner.rewind(start);
  if (target.startsWith('@')) return parseUnload(scanner);
  throw unsupported(`unloading to the external location ${target}`);
}

function parseUnload(scanner: CommandScanner): UnloadCommand {
  const location = readStageReference(scanner);
  scanner.expectWords('FROM');
  const query = scanner.peek() === '(' ? scanner.parenthesized() : `SELECT * FROM ${name(scanner)}`;
  if (scanner.acceptWords('PARTITION', 'BY')) throw unsupported('PARTITION BY of an unload');
  return { kind: 'unload', location, query, options: readOptions(scanner) };
}

/** A qualified name as it was written. */
function name(scanner: CommandScanner): string {
  scanner.peek();
  const start = scanner.position;
  scanner.qualifiedName();
  return scanner.text.slice(start, scanner.position);
}

/** Without FROM the files are those of the table's own stage. */
function tableStage(name: readonly string[]): StageReference {
  return { kind: 'table', name, path: '', written: `@%${name.at(-1)}` };
}

function parseLoad(scanner: CommandScanner): LoadCommand {
  const table = scanner.qualifiedName();
  const columns: string[] = [];
  if (scanner.acceptSymbol('(')) {
    do columns.push(scanner.identifier());
    while (scanner.acceptSymbol(','));
    scanner.expectSymbol(')');
  }
  if (!scanner.acceptWords('FROM')) {
    const location = tableStage(table);
    return { kind: 'load', table, columns, location, options: readOptions(scanner) };
  }
  if (scanner.peek() === '(') throw unsupported('a transforming query in COPY INTO a table');
  const location = readStageReference(scanner);
  return { kind: 'load', table, columns, location, options: readOptions(scanner) };
}
