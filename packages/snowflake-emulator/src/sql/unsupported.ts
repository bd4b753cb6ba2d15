import { SqlError } from '../engine/contract.ts';

/** What the emulator does not do is refused with its name: 000002 (0A000). */
export function unsupported(construct: string): SqlError {
  return new SqlError('000002', '0A000', `Unsupported feature '${construct}'.`);
}

/** 001003 and its kin: a statement that Snowflake itself would not compile. */
export function compilationError(message: string, code = '001003', sqlState = '42000'): SqlError {
  return new SqlError(code, sqlState, `SQL compilation error:\n${message}`);
}

export function missingObject(kind: string, name: string): SqlError {
  return new SqlError(
    '002003',
    '42S02',
    `SQL compilation error:\n${kind} '${name}' does not exist or not authorized.`,
  );
}

/**
 * 003001 (42501): what a role may not do, and what nobody may do to imported objects
 * (https://docs.snowflake.com/en/user-guide/data-share-consumers: shared databases are read-only).
 */
export function insufficientPrivileges(kind: string, name: string): SqlError {
  return new SqlError(
    '003001',
    '42501',
    `SQL access control error:\nInsufficient privileges to operate on ${kind} '${name}'.`,
  );
}

export function existingObject(name: string): SqlError {
  return new SqlError(
    '002002',
    '42710',
    `SQL compilation error:\nObject '${name}' already exists.`,
  );
}

export function invalidIdentifier(name: string): SqlError {
  return new SqlError(
    '000904',
    '42000',
    `SQL compilation error: error line 1 at position 0\ninvalid identifier '${name}'`,
  );
}
