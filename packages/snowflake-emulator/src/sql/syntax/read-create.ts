import { readColumn, readConstraint } from './read-column.ts';
import type { TableVariant } from './statement.ts';
import { readTravel } from './read-from.ts';
import { readOptions, readProperties } from './read-options.ts';
import { readCreateShare, readFromShare } from './read-share.ts';
import {
  dynamicSettings,
  readTableVariant,
  readVariantOptions,
  skipIndex,
} from './read-table-kinds.ts';
import type {
  ColumnDef,
  Constraint,
  CreateFlags,
  CreateTable,
  CreateView,
  Statement,
} from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import { unsupported } from '../unsupported.ts';

export function readCreate(reader: TokenReader): Statement {
  const { start } = reader.token;
  reader.expect('CREATE');
  const flags = readFlags(reader);
  const variant = readTableVariant(reader);
  if (variant !== undefined) {
    const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS');
    return readVariantTable(reader, { ...flags, ifNotExists }, { variant, start });
  }
  const materialized = reader.accept('MATERIALIZED');
  const type = reader.next();
  const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS');
  const all: CreateFlags = { ...flags, ifNotExists };
  if (materialized && type.text !== 'VIEW') throw reader.error(type);
  switch (type.text) {
    case 'TABLE':
      return readTable(reader, all);
    case 'VIEW':
      return readView(reader, all, { start, materialized });
    case 'DATABASE':
    case 'SCHEMA':
      return readContainer(reader, all, type.text);
    case 'SHARE':
      return readCreateShare(reader, all);
    case 'WAREHOUSE':
    case 'ROLE': {
      const name = reader.name();
      const properties = readProperties(reader);
      return { kind: 'createAccountObject', objectType: type.text, name, flags: all, properties };
    }
    default:
      throw unsupported(`CREATE ${type.text}`);
  }
}

function readFlags(reader: TokenReader): Omit<CreateFlags, 'ifNotExists'> {
  const orReplace = reader.accept('OR', 'REPLACE');
  let flags = { orReplace, temporary: false, transient: false, secure: false };
  for (;;) {
    if (reader.acceptOneOf('LOCAL', 'GLOBAL')) continue;
    else if (reader.acceptOneOf('TEMPORARY', 'TEMP', 'VOLATILE'))
      flags = { ...flags, temporary: true };
    else if (reader.accept('TRANSIENT')) flags = { ...flags, transient: true };
    else if (reader.accept('SECURE')) flags = { ...flags, secure: true };
    else return flags;
  }
}

function readContainer(
  reader: TokenReader,
  flags: CreateFlags,
  objectType: 'DATABASE' | 'SCHEMA',
): Statement {
  const name = reader.name();
  if (reader.isWord('CLONE')) throw unsupported(`CREATE ${objectType} CLONE`);
  const fromShare = objectType === 'DATABASE' ? readFromShare(reader) : undefined;
  reader.accept('WITH', 'MANAGED', 'ACCESS');
  const base = { kind: 'createContainer', objectType, name, flags } as const;
  const options = readOptions(reader);
  return fromShare === undefined ? { ...base, options } : { ...base, options, fromShare };
}

function readTable(reader: TokenReader, flags: CreateFlags): CreateTable {
  const name = reader.name();
  const base = { kind: 'createTable', name, flags } as const;
  if (reader.accept('LIKE')) {
    return {
      ...base,
      like: reader.name(),
      columns: [],
      constraints: [],
      options: readOptions(reader),
    };
  }
  if (reader.accept('CLONE')) {
    const source = reader.name();
    const travel = readTravel(reader);
    const clone = travel === undefined ? { source } : { source, travel };
    return { ...base, clone, columns: [], constraints: [], options: readOptions(reader) };
  }
  const before = readOptions(reader);
  const { columns, constraints } = readElements(reader);
  const options = { ...before, ...readOptions(reader) };
  const table = { ...base, columns, constraints, options };
  if (reader.accept('AS')) return { ...table, as: reader.query() };
  if (columns.length === 0) throw reader.error();
  return table;
}

/** After CREATE HYBRID, DYNAMIC or ICEBERG TABLE. */
function readVariantTable(
  reader: TokenReader,
  flags: CreateFlags,
  { variant, start }: { readonly variant: TableVariant; readonly start: number },
): CreateTable {
  const name = reader.name();
  if (reader.isWord('CLONE')) throw unsupported(`CLONE of a ${variant} table`);
  const elements = readElements(reader, variant);
  const { options, own } = readVariantOptions(reader, variant);
  const table = { kind: 'createTable', name, flags, variant, ...elements, options } as const;
  if (variant !== 'dynamic') {
    return reader.accept('AS') ? { ...table, as: reader.query() } : table;
  }
  reader.expect('AS');
  const queryStart = reader.token.start;
  const as = reader.query();
  return { ...table, as, dynamic: dynamicSettings(reader, own, [start, queryStart]) };
}

function readElements(
  reader: TokenReader,
  variant?: TableVariant,
): { columns: ColumnDef[]; constraints: Constraint[] } {
  const columns: ColumnDef[] = [];
  const constraints: Constraint[] = [];
  if (!reader.isSymbol('(')) return { columns, constraints };
  reader.parenthesised(() => {
    if (skipIndex(reader, variant)) return;
    const constraint = readConstraint(reader);
    if (constraint === undefined) columns.push(readColumn(reader));
    else constraints.push(constraint);
  });
  return { columns, constraints };
}

function readView(
  reader: TokenReader,
  flags: CreateFlags,
  { start, materialized }: { readonly start: number; readonly materialized: boolean },
): CreateView {
  const name = reader.name();
  const columns = reader.isSymbol('(') ? reader.parenthesised(() => readViewColumn(reader)) : [];
  const { comment } = readOptions(reader);
  reader.accept('COPY', 'GRANTS');
  reader.expect('AS');
  const from = reader.token.start;
  reader.query();
  const queryText = reader.sql.slice(from, reader.lastEnd);
  const text = reader.sql.slice(start, reader.lastEnd);
  const view = { kind: 'createView', name, flags, columns, materialized, text, queryText } as const;
  return comment === undefined ? view : { ...view, comment };
}

function readViewColumn(reader: TokenReader): { name: string; comment?: string } {
  const name = reader.identifier();
  return reader.accept('COMMENT') ? { name, comment: reader.string() } : { name };
}
