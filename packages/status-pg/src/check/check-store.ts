import { isSnowmeltError, type ConnectionNeed, type Finding } from '@snowmelt/core';

import type { Database } from '../connect/database.ts';
import { hangUp } from '@snowmelt/pg-connection';
import { refuseTransactionPooler } from '../connect/session-survives.ts';
import { earlierToolFinding, findEarlierTool } from '../migrate/earlier-tool.ts';
import { checkConnections } from './check-connections.ts';
import { checkSchemaRights } from './schema-rights.ts';

/** What keeps runs from being held and written down here. Changes nothing. */
export async function checkStore(
  database: Database,
  need: ConnectionNeed,
): Promise<readonly Finding[]> {
  try {
    return await database.own(async (session, client) => {
      try {
        await refuseTransactionPooler(client, database);
        // A standby refuses to begin.
        await session.transaction(() => Promise.resolve());
        const found = await findEarlierTool(session);
        return [
          ...(await checkSchemaRights(session)),
          ...(found === undefined ? [] : [earlierToolFinding(found, database.serverName())]),
          ...(await checkConnections(session, need)),
        ];
      } finally {
        await hangUp(client);
      }
    });
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    const { code, message, fix } = error;
    return [{ code, severity: 'error', message, fix }];
  }
}
