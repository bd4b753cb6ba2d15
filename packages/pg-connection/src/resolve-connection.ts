import { mergeConnectionUrl } from './connection-url.ts';
import type { PostgresConnection } from './connection.ts';
import { withRdsIam } from './rds-iam.ts';

/** The connection with its URL read, and with the password that its `auth` means. */
export function resolveConnection(connection: PostgresConnection): PostgresConnection {
  const merged = mergeConnectionUrl(connection);
  return merged.auth === 'rds_iam' ? withRdsIam(merged) : merged;
}
