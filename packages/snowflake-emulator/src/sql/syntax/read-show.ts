import type { ObjectType, Show, Statement } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import { unsupported } from '../unsupported.ts';

const TWO_WORDS: readonly (readonly [string, string])[] = [
  ['PRIMARY', 'KEYS'],
  ['UNIQUE', 'KEYS'],
  ['IMPORTED', 'KEYS'],
  ['EXPORTED', 'KEYS'],
  ['FILE', 'FORMATS'],
];

export function readShow(reader: TokenReader): Show {
  reader.expect('SHOW');
  const terse = reader.accept('TERSE');
  const two = TWO_WORDS.find(([a, b]) => reader.accept(a, b));
  const what = two === undefined ? reader.identifier() : two.join(' ');
  reader.accept('HISTORY');
  const like = reader.accept('LIKE') ? reader.string() : undefined;
  const scope = what === 'GRANTS' ? readGrantScope(reader) : readScope(reader);
  const startsWith = reader.accept('STARTS', 'WITH') ? reader.string() : undefined;
  const limit = reader.accept('LIMIT') ? reader.integer() : undefined;
  return {
    kind: 'show',
    what,
    terse,
    ...(like === undefined ? {} : { like }),
    ...(scope === undefined ? {} : { scope }),
    ...(startsWith === undefined ? {} : { startsWith }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** `IN [ACCOUNT | DATABASE [d] | SCHEMA [s] | TABLE t | VIEW v | name]` */
function readScope(reader: TokenReader): Show['scope'] {
  if (!reader.acceptOneOf('IN', 'FOR')) return undefined;
  const type = reader.acceptOneOf('ACCOUNT', 'DATABASE', 'SCHEMA', 'TABLE', 'VIEW', 'SESSION');
  const named = reader.token.kind === 'word' || reader.token.kind === 'quoted';
  const bare = reader.isWord('STARTS', 'WITH') || reader.isWord('LIMIT');
  const name = named && !bare ? reader.name() : [];
  return { type: type === 'VIEW' ? 'TABLE' : type, name };
}

/** SHOW GRANTS [ON type name | TO ROLE|USER name | OF ROLE name] */
function readGrantScope(reader: TokenReader): Show['scope'] {
  if (reader.acceptOneOf('ON', 'TO', 'OF') === undefined) return undefined;
  reader.identifier();
  return { type: undefined, name: reader.atEnd() ? [] : reader.name() };
}

const DESCRIBED = ['TABLE', 'VIEW', 'DATABASE', 'SCHEMA', 'WAREHOUSE'] as const;

export function readDescribe(reader: TokenReader): Statement {
  reader.next();
  const objectType: ObjectType | undefined = reader.acceptOneOf(...DESCRIBED);
  if (objectType === undefined) throw unsupported(`DESCRIBE ${reader.token.text}`);
  return { kind: 'describe', objectType, name: reader.name() };
}
