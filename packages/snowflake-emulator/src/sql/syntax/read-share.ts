import { readOptions } from './read-options.ts';
import type { CreateFlags, ShareGrant, Statement } from './statement.ts';
import type { TokenReader } from './token-reader.ts';
import type { Name } from './tree.ts';

/** After CREATE SHARE. */
export function readCreateShare(reader: TokenReader, flags: CreateFlags): Statement {
  const name = reader.name();
  const { comment = '' } = readOptions(reader);
  return { kind: 'createShare', name, flags, comment };
}

/** After CREATE DATABASE name: `FROM SHARE provider.share`. */
export function readFromShare(reader: TokenReader): Name | undefined {
  return reader.accept('FROM', 'SHARE') ? reader.name() : undefined;
}

/**
 * `GRANT SELECT ON ALL TABLES IN SCHEMA s TO SHARE x` and its kin, or undefined for a grant to
 * somebody else. https://docs.snowflake.com/en/sql-reference/sql/grant-privilege-share
 */
export function readShareGrant(reader: TokenReader): ShareGrant | undefined {
  const start = reader.position;
  const revoke = reader.next().text === 'REVOKE';
  const privileges = reader.list(() => reader.token.kind === 'word' && reader.next().text);
  const on = reader.accept('ON') ? readTarget(reader) : undefined;
  const isShare = reader.accept(revoke ? 'FROM' : 'TO', 'SHARE');
  if (on !== undefined && isShare) {
    const privilege = privileges.join(', ');
    return { kind: 'grantToShare', revoke, privilege, ...on, share: reader.name() };
  }
  reader.rewind(start);
  return undefined;
}

type Target = Pick<ShareGrant, 'objectType' | 'within' | 'name'>;

function readTarget(reader: TokenReader): Target | undefined {
  const all = reader.accept('ALL');
  const objectType = reader.next().text.replace(/S$/, '');
  if (!all) return isName(reader) ? { objectType, name: reader.name() } : undefined;
  reader.accept('IN');
  const within = reader.acceptOneOf('DATABASE', 'SCHEMA');
  if (within === undefined || !isName(reader)) return undefined;
  return { objectType, within, name: reader.name() };
}

const isName = (reader: TokenReader): boolean =>
  reader.token.kind === 'quoted' || (reader.token.kind === 'word' && !reader.isWord('TO'));
