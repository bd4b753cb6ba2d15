import type { RoleGrant } from './statement.ts';
import type { TokenReader } from './token-reader.ts';

/**
 * A grant that the emulator follows: what the database SNOWFLAKE shows to a role, and roles of roles.
 * Undefined for any other. https://docs.snowflake.com/en/sql-reference/sql/grant-database-role,
 * https://docs.snowflake.com/en/sql-reference/sql/grant-privilege and …/grant-role
 */
export function readRoleGrant(reader: TokenReader): RoleGrant | undefined {
  const start = reader.position;
  const revoke = reader.next().text === 'REVOKE';
  const granted = readGranted(reader);
  if (granted !== undefined && reader.accept(revoke ? 'FROM' : 'TO', 'ROLE'))
    return { kind: 'grantToRole', revoke, granted, role: reader.name() };
  reader.rewind(start);
  return undefined;
}

function readGranted(reader: TokenReader): string | undefined {
  if (reader.accept('DATABASE', 'ROLE')) return `DATABASE ROLE ${reader.name().join('.')}`;
  if (reader.accept('ROLE')) return `ROLE ${reader.name().join('.')}`;
  if (!reader.accept('IMPORTED', 'PRIVILEGES', 'ON', 'DATABASE')) return undefined;
  return `IMPORTED PRIVILEGES ON DATABASE ${reader.name().join('.')}`;
}
