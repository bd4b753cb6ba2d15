import type { TableOptions } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import { unsupported } from '../unsupported.ts';

type Draft = { -readonly [K in keyof TableOptions]: TableOptions[K] };

/** Options of CREATE and ALTER … SET, in any order; an option that is unknown ends the list. */
export function readOptions(reader: TokenReader): TableOptions {
  const options: Draft = {};
  while (readOption(reader, options)) reader.acceptSymbol(',');
  return options;
}

function readOption(reader: TokenReader, options: Draft): boolean {
  if (reader.accept('CLUSTER', 'BY')) options.clusterBy = readClusterKey(reader);
  else if (reader.accept('COPY', 'GRANTS')) return true;
  else if (reader.accept('DATA_RETENTION_TIME_IN_DAYS'))
    options.retentionDays = readInteger(reader);
  else if (reader.accept('MAX_DATA_EXTENSION_TIME_IN_DAYS')) readInteger(reader);
  else if (reader.accept('CHANGE_TRACKING')) options.changeTracking = readBoolean(reader);
  else if (reader.accept('ENABLE_SCHEMA_EVOLUTION')) readBoolean(reader);
  else if (reader.accept('COMMENT')) {
    reader.acceptSymbol('=');
    options.comment = reader.string();
  } else if (reader.isWord('DEFAULT_DDL_COLLATION')) throw unsupported('DEFAULT_DDL_COLLATION');
  else return false;
  return true;
}

function readInteger(reader: TokenReader): number {
  reader.acceptSymbol('=');
  return reader.integer();
}

function readBoolean(reader: TokenReader): boolean {
  reader.acceptSymbol('=');
  const word = reader.acceptOneOf('TRUE', 'FALSE');
  if (word === undefined) throw reader.error();
  return word === 'TRUE';
}

function readClusterKey(reader: TokenReader): string {
  reader.accept('LINEAR');
  const keys = reader.parenthesised(() => {
    const { start } = reader.token;
    reader.expression();
    return reader.sql.slice(start, reader.lastEnd);
  });
  return keys.join(', ');
}

/** `NAME = value …` of objects that only the catalog knows, such as warehouses. */
export function readProperties(reader: TokenReader): Map<string, string> {
  const properties = new Map<string, string>();
  reader.accept('WITH');
  while (reader.token.kind === 'word') {
    const name = reader.next().text;
    reader.expectSymbol('=');
    const token = reader.next();
    if (!['word', 'string', 'number', 'quoted'].includes(token.kind)) throw reader.error(token);
    properties.set(name, token.text);
    reader.acceptSymbol(',');
  }
  return properties;
}
