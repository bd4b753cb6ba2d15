import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { success } from './envelope.ts';
import type { Query } from './queries.ts';
import { ownQuery } from './query-routes.ts';
import type { ServerContext } from './server-context.ts';

const queryIdSchema = z.object({ queryId: z.string() });
const statusOf = {
  running: 'RUNNING',
  success: 'SUCCESS',
  failed: 'FAILED_WITH_ERROR',
  aborted: 'ABORTED',
} as const;

/** `GET /monitoring/queries/{id}`: how a query is doing. An unknown one gives an empty list. */
export function addMonitoringRoutes(app: FastifyInstance, context: ServerContext): void {
  const url = '/monitoring/queries/:queryId';
  app.route({
    method: 'GET',
    url,
    config: { endpoint: 'monitoring' },
    async handler(request) {
      const session = context.sessions.authenticate(request.headers.authorization);
      const { queryId } = queryIdSchema.parse(request.params);
      const query = ownQuery(context.queries.find(queryId), session);
      return success({ queries: query === undefined ? [] : [await describe(query)] });
    },
  });
}

async function describe(query: Query) {
  const { record, session } = query;
  const outcome = query.endedAt === undefined ? undefined : await query.outcome;
  const error = outcome?.kind === 'error' ? outcome.error : undefined;
  return {
    id: query.id,
    sessionId: session.sql.id,
    status: statusOf[record.status],
    state: record.status === 'success' ? 'SUCCEEDED' : statusOf[record.status],
    sqlText: query.request.sql,
    queryTag: record.queryTag ?? '',
    startTime: query.startedAt,
    endTime: query.endedAt ?? 0,
    totalDuration: (query.endedAt ?? Date.now()) - query.startedAt,
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
  };
}
