import { readColumn, readConstraint } from './read-column.ts';
import { readOptions, readProperties } from './read-options.ts';
import { readAlterDynamic } from './read-table-kinds.ts';
import { readType } from './read-type.ts';
import type { AlterAction, Statement } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import type { Expr } from './tree.ts';
import { unsupported } from '../unsupported.ts';

export function readAlter(reader: TokenReader): Statement {
  reader.expect('ALTER');
  if (reader.accept('SESSION')) return readParameters(reader, 'alterSession');
  if (reader.accept('ACCOUNT')) return readParameters(reader, 'alterAccount');
  if (reader.accept('TABLE') || reader.accept('ICEBERG', 'TABLE')) return readAlterTable(reader);
  if (reader.accept('DYNAMIC', 'TABLE')) return readAlterDynamic(reader);
  if (reader.accept('WAREHOUSE')) return readAlterWarehouse(reader);
  const container = reader.acceptOneOf('DATABASE', 'SCHEMA');
  if (container !== undefined) {
    reader.accept('IF', 'EXISTS');
    const name = reader.name();
    const base = { kind: 'alterContainer', objectType: container, name } as const;
    if (reader.accept('RENAME', 'TO')) return { ...base, options: {}, newName: reader.name() };
    reader.expect('SET');
    return { ...base, options: readOptions(reader) };
  }
  throw unsupported(`ALTER ${reader.token.text}`);
}

/** `SET A = 1, B = 'x', C = DEFAULT`, also without commas; the default is what UNSET leaves. */
function readParameters(reader: TokenReader, kind: 'alterSession' | 'alterAccount'): Statement {
  const set = new Map<string, Expr>();
  if (reader.accept('UNSET')) return { kind, set, unset: reader.list(() => reader.identifier()) };
  reader.expect('SET');
  const unset: string[] = [];
  do {
    const name = reader.identifier();
    reader.expectSymbol('=');
    if (reader.accept('DEFAULT')) unset.push(name);
    else set.set(name, reader.expression());
    reader.acceptSymbol(',');
  } while (!reader.atEnd());
  return { kind, set, unset };
}

function readAlterWarehouse(reader: TokenReader): Statement {
  const ifExists = reader.accept('IF', 'EXISTS');
  const name = reader.name();
  const action = reader.acceptOneOf('SUSPEND', 'RESUME', 'SET');
  if (action === undefined) throw unsupported(`ALTER WAREHOUSE ${reader.token.text}`);
  if (action === 'RESUME') reader.accept('IF', 'SUSPENDED');
  const properties = action === 'SET' ? readProperties(reader) : new Map<string, string>();
  return { kind: 'alterWarehouse', name, ifExists, action, properties };
}

function readAlterTable(reader: TokenReader): Statement {
  const ifExists = reader.accept('IF', 'EXISTS');
  const name = reader.name();
  return { kind: 'alterTable', name, ifExists, actions: readActions(reader) };
}

function readActions(reader: TokenReader): AlterAction[] {
  if (reader.accept('RENAME', 'TO')) return [{ kind: 'rename', to: reader.name() }];
  if (reader.accept('SWAP', 'WITH')) return [{ kind: 'swap', with: reader.name() }];
  if (reader.accept('RENAME', 'COLUMN')) {
    const from = reader.identifier();
    reader.expect('TO');
    return [{ kind: 'renameColumn', from, to: reader.identifier() }];
  }
  if (reader.accept('ADD')) return readAdd(reader);
  if (reader.accept('DROP')) return readDrop(reader);
  if (reader.acceptOneOf('ALTER', 'MODIFY')) return readModify(reader);
  if (reader.accept('SET')) return [{ kind: 'options', options: readOptions(reader) }];
  if (reader.isWord('CLUSTER')) return [{ kind: 'options', options: readOptions(reader) }];
  throw unsupported(`ALTER TABLE ${reader.token.text}`);
}

function readAdd(reader: TokenReader): AlterAction[] {
  if (reader.isWord('SEARCH', 'OPTIMIZATION') || reader.isWord('ROW', 'ACCESS'))
    throw reader.error();
  const constraint = readConstraint(reader);
  if (constraint !== undefined) return [{ kind: 'addConstraint', constraint }];
  return reader.list(() => {
    reader.accept('COLUMN');
    const ifNotExists = reader.accept('IF', 'NOT', 'EXISTS');
    return { kind: 'addColumn', column: readColumn(reader), ifNotExists } as const;
  });
}

function readDrop(reader: TokenReader): AlterAction[] {
  if (reader.accept('CLUSTERING', 'KEY')) return [{ kind: 'dropClusterBy' }];
  if (reader.accept('PRIMARY', 'KEY')) return [{ kind: 'dropConstraint', type: 'PRIMARY KEY' }];
  const keyed = readDropKey(reader);
  if (keyed !== undefined) return [keyed];
  if (reader.accept('CONSTRAINT')) {
    return [{ kind: 'dropConstraint', type: undefined, name: reader.identifier() }];
  }
  reader.accept('COLUMN');
  const ifExists = reader.accept('IF', 'EXISTS');
  return reader.list(() => ({ kind: 'dropColumn', name: reader.identifier(), ifExists }) as const);
}

/** `UNIQUE (a, b)`, `FOREIGN KEY (a)` */
function readDropKey(reader: TokenReader): AlterAction | undefined {
  const isUnique = reader.isWord('UNIQUE') && reader.isSymbol('(', 1);
  if (!isUnique && !reader.isWord('FOREIGN', 'KEY')) return undefined;
  const type = isUnique ? 'UNIQUE' : 'FOREIGN KEY';
  reader.accept(...type.split(' '));
  return { kind: 'dropConstraint', type, columns: reader.parenthesised(() => reader.identifier()) };
}

function readModify(reader: TokenReader): AlterAction[] {
  const many = reader.acceptSymbol('(');
  const actions = reader.list(() => {
    reader.accept('COLUMN');
    return readColumnChange(reader, reader.identifier());
  });
  if (many) reader.expectSymbol(')');
  return actions;
}

function readColumnChange(reader: TokenReader, name: string): AlterAction {
  if (reader.accept('DROP', 'NOT', 'NULL')) return { kind: 'setNotNull', name, notNull: false };
  if (reader.accept('DROP', 'DEFAULT')) return { kind: 'dropDefault', name };
  if (reader.accept('COMMENT')) return { kind: 'columnComment', name, text: reader.string() };
  if (reader.accept('SET', 'NOT', 'NULL') || reader.accept('NOT', 'NULL')) {
    return { kind: 'setNotNull', name, notNull: true };
  }
  if (reader.isWord('SET') && !reader.isWord('SET', 'DATA'))
    throw unsupported(`ALTER COLUMN SET ${reader.peek(1).text}`);
  reader.accept('SET', 'DATA');
  reader.accept('TYPE');
  return { kind: 'setType', name, type: readType(reader) };
}
