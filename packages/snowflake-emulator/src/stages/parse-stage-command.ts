import { CommandScanner } from './command-scanner.ts';
import { unsupported } from './errors.ts';
import { readOptions, textOption } from './option-list.ts';
import type {
  FilesCommand,
  LoadCommand,
  ObjectKind,
  StageCommand,
  TransferCommand,
  UnloadCommand,
} from './stage-command.ts';
import { readStageReference, type StageReference } from './stage-reference.ts';

/**
 * Text to {@link StageCommand}. Grammar: Snowflake's SQL reference, "CREATE STAGE", "CREATE FILE
 * FORMAT", "COPY INTO <location>", "COPY INTO <table>", "LIST", "REMOVE", "PUT", "GET".
 */

/**
 * Parses a statement of this folder, or gives undefined where it is none (CREATE TABLE, SELECT, …).
 * Throws Snowflake's syntax error where it begins as one of them and goes on wrongly.
 */
export function parseStageCommand(sql: string): StageCommand | undefined {
  const scanner = new CommandScanner(sql);
  const command = parseStart(scanner);
  if (command !== undefined) scanner.expectEnd();
  return command;
}

function parseStart(scanner: CommandScanner): StageCommand | undefined {
  if (scanner.acceptWords('CREATE')) return parseCreate(scanner);
  if (scanner.acceptWords('ALTER')) return parseAlter(scanner);
  if (scanner.acceptWords('DROP')) return parseDrop(scanner);
  if (scanner.acceptWords('DESCRIBE') || scanner.acceptWords('DESC')) return parseDescribe(scanner);
  if (scanner.acceptWords('SHOW')) return parseShow(scanner);
  if (scanner.acceptWords('COPY', 'INTO')) return parseCopy(scanner);
  if (scanner.acceptWords('LIST') || scanner.acceptWords('LS')) return parseFiles(scanner, 'list');
  if (scanner.acceptWords('REMOVE') || scanner.acceptWords('RM')) {
    return parseFiles(scanner, 'remove');
  }
  if (scanner.acceptWords('PUT')) return parseTransfer(scanner, 'put');
  if (scanner.acceptWords('GET')) return parseTransfer(scanner, 'get');
  return undefined;
}

function acceptObject(scanner: CommandScanner, plural = ''): ObjectKind | undefined {
  if (scanner.acceptWords(`STAGE${plural}`)) return 'STAGE';
  if (scanner.acceptWords('FILE', `FORMAT${plural}`)) return 'FILE FORMAT';
  return undefined;
}

function parseCreate(scanner: CommandScanner): StageCommand | undefined {
  const orReplace = scanner.acceptWords('OR', 'REPLACE');
  const temporary =
    scanner.acceptWords('TEMPORARY') ||
    scanner.acceptWords('TEMP') ||
    scanner.acceptWords('VOLATILE');
  if (scanner.acceptWords('STORAGE', 'INTEGRATION')) return parseIntegration(scanner, orReplace);
  const object = acceptObject(scanner);
  if (object === undefined) return undefined;
  const ifNotExists = scanner.acceptWords('IF', 'NOT', 'EXISTS');
  const name = scanner.qualifiedName();
  if (scanner.acceptWords('CLONE')) throw unsupported(`CREATE ${object} CLONE`);
  const options = readOptions(scanner);
  return { kind: 'create', object, orReplace, temporary, ifNotExists, name, options };
}

function parseIntegration(scanner: CommandScanner, orReplace: boolean): StageCommand {
  const ifNotExists = scanner.acceptWords('IF', 'NOT', 'EXISTS');
  const [name = ''] = scanner.qualifiedName();
  readOptions(scanner);
  return { kind: 'integration', orReplace, ifNotExists, name };
}

function parseAlter(scanner: CommandScanner): StageCommand | undefined {
  const object = acceptObject(scanner);
  if (object === undefined) return undefined;
  const ifExists = scanner.acceptWords('IF', 'EXISTS');
  const name = scanner.qualifiedName();
  const command = { kind: 'alter', object, ifExists, name } as const;
  if (scanner.acceptWords('RENAME', 'TO')) {
    return { ...command, renameTo: scanner.qualifiedName() };
  }
  if (scanner.acceptWords('REFRESH')) throw unsupported('ALTER STAGE REFRESH');
  if (scanner.acceptWords('UNSET')) throw unsupported(`ALTER ${object} UNSET`);
  scanner.expectWords('SET');
  if (scanner.peekWord() === 'TAG') throw unsupported(`ALTER ${object} SET TAG`);
  return { ...command, set: readOptions(scanner) };
}

function parseDrop(scanner: CommandScanner): StageCommand | undefined {
  const object = acceptObject(scanner);
  if (object === undefined) return undefined;
  const ifExists = scanner.acceptWords('IF', 'EXISTS');
  return { kind: 'drop', object, ifExists, name: scanner.qualifiedName() };
}

function parseDescribe(scanner: CommandScanner): StageCommand | undefined {
  const object = acceptObject(scanner);
  if (object === undefined) return undefined;
  return { kind: 'describe', object, name: scanner.qualifiedName() };
}

function parseShow(scanner: CommandScanner): StageCommand | undefined {
  scanner.acceptWords('TERSE');
  const object = acceptObject(scanner, 'S');
  if (object === undefined) return undefined;
  const like = scanner.acceptWords('LIKE') ? scanner.string() : undefined;
  const scope = scanner.acceptWords('IN') ? parseScope(scanner) : undefined;
  return {
    kind: 'show',
    object,
    ...(like === undefined ? {} : { like }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** A database is told from a schema by its one part: `['DB']`, `['DB', 'SCHEMA']`, `['', 'SCHEMA']`. */
function parseScope(scanner: CommandScanner): 'account' | readonly string[] {
  if (scanner.acceptWords('ACCOUNT')) return 'account';
  if (scanner.acceptWords('DATABASE')) return scanner.qualifiedName();
  scanner.acceptWords('SCHEMA');
  const name = scanner.qualifiedName();
  return name.length === 1 ? ['', ...name] : name;
}

function parseFiles(scanner: CommandScanner, kind: FilesCommand['kind']): FilesCommand {
  const location = readStageReference(scanner);
  const pattern = textOption(readOptions(scanner), 'PATTERN');
  return { kind, location, ...(pattern === undefined ? {} : { pattern }) };
}

function parseTransfer(scanner: CommandScanner, kind: TransferCommand['kind']): TransferCommand {
  const first = kind === 'put' ? readLocalPath(scanner) : undefined;
  const location = readStageReference(scanner);
  const localPath = first ?? readLocalPath(scanner);
  return { kind, localPath, location, options: readOptions(scanner) };
}

function readLocalPath(scanner: CommandScanner): string {
  const start = scanner.position;
  const written = scanner.peek() === "'" ? scanner.string() : scanner.bare(';');
  if (written.toLowerCase().startsWith('file://')) return written.slice('file://'.length);
  scanner.rewind(start);
  throw scanner.unexpected();
}

/** Both directions of COPY INTO. */

/** Goes on after the words COPY INTO. */
function parseCopy(scanner: CommandScanner): UnloadCommand | LoadCommand {
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
