import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { SqlError } from '../engine/contract.ts';
import { success } from './envelope.ts';
import { replyWithQuery } from './query-reply.ts';
import type { Query, QueryRegistry } from './queries.ts';
import type { StatementRequest } from './run-statement.ts';
import type { ServerContext } from './server-context.ts';
import type { Session } from './sessions.ts';

const cell = z.union([z.string(), z.null()]);
const querySchema = z.looseObject({
  sqlText: z.string(),
  bindings: z
    .record(z.string(), z.looseObject({ type: z.string(), value: z.union([cell, z.array(cell)]) }))
    .nullish(),
  bindStage: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  asyncExec: z.boolean().nullish(),
  describeOnly: z.boolean().nullish(),
});
type QueryBody = z.infer<typeof querySchema>;

const requestIdSchema = z.looseObject({ requestId: z.string().optional() });
const abortSchema = z.looseObject({ requestId: z.string() });
const queryIdSchema = z.object({ queryId: z.string() });

/** Running statements, reading their results, and cancelling them. */
export function addQueryRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions, queries } = context;

  app.route({
    method: 'POST',
    url: '/queries/v1/query-request',
    config: { endpoint: 'query' },
    async handler(request, reply) {
      const session = sessions.authenticate(request.headers.authorization);
      const { requestId } = requestIdSchema.parse(request.query);
      const body = querySchema.parse(request.body);
      const isAsync = body.asyncExec === true;
      const query = queries.submit({ session, requestId, isAsync, request: statementOf(body) });
      return sendJson(reply, await replyWithQuery(query, context, isAsync ? 0 : undefined));
    },
  });

  app.route({
    method: 'GET',
    url: '/queries/:queryId/result',
    config: { endpoint: 'result' },
    async handler(request, reply) {
      const session = sessions.authenticate(request.headers.authorization);
      const { queryId } = queryIdSchema.parse(request.params);
      const query = keptQuery(queries, session, queryId);
      return sendJson(reply, await replyWithQuery(query, context));
    },
  });

  app.route({
    method: 'POST',
    url: '/queries/:queryId/abort-request',
    config: { endpoint: 'abort' },
    async handler(request) {
      const session = sessions.authenticate(request.headers.authorization);
      const { queryId } = queryIdSchema.parse(request.params);
      return cancel(ownQuery(queries.find(queryId), session));
    },
  });

  app.route({
    method: 'POST',
    url: '/queries/v1/abort-request',
    config: { endpoint: 'abort' },
    async handler(request) {
      const session = sessions.authenticate(request.headers.authorization);
      const { requestId } = abortSchema.parse(request.body);
      return cancel(queries.findByRequest(session, requestId));
    },
  });
}

function statementOf(body: QueryBody): StatementRequest {
  if (body.bindStage !== undefined && body.bindStage !== null) {
    throw new SqlError('000002', '0A000', 'Unsupported feature: bindings through a stage.');
  }
  return {
    sql: body.sqlText,
    ...(body.bindings ? { bindings: body.bindings } : {}),
    parameters: body.parameters ?? {},
    describeOnly: body.describeOnly === true,
  };
}

/** A user's sessions see each other's queries, and nobody else's. */
export function ownQuery(query: Query | undefined, session: Session): Query | undefined {
  return query?.session.user === session.user ? query : undefined;
}

/** https://github.com/snowflakedb/snowflake-connector-python/issues/1596 has the words of 000710. */
function keptQuery(queries: QueryRegistry, session: Session, queryId: string): Query {
  const query = ownQuery(queries.find(queryId), session);
  if (query === undefined) {
    throw new SqlError('000709', '02000', `Statement ${queryId} not found`);
  }
  if (!queries.isExpired(queryId)) return query;
  throw new SqlError('000710', '02000', `Result for query ${queryId} has expired`);
}

function cancel(query: Query | undefined) {
  if (query === undefined || query.endedAt !== undefined) {
    const message = 'Identified SQL statement is not currently executing.';
    throw new SqlError('000605', '57014', message);
  }
  query.cancel();
  return success();
}

function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json').send(json);
}
