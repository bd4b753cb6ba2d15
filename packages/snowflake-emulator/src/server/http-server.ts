import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';

import { SqlError } from '../engine/contract.ts';
import { addFaultHooks } from '../faults/fault-hooks.ts';
import { addFaultRoutes } from '../faults/fault-routes.ts';
import { failure, success } from './envelope.ts';
import { addFileRoutes } from './file-routes.ts';
import { addLoginRoutes } from './login-routes.ts';
import { internalError, ProtocolError } from './protocol-error.ts';
import type { Query } from './queries.ts';
import { addQueryRoutes, ownQuery } from './query-routes.ts';
import { sendStoreError } from './send-file.ts';
import type { ServerContext } from './server-context.ts';
import { addSessionRoutes } from './session-routes.ts';
import type { EmulatorStats } from './stats.ts';
import { addStorageRoutes } from './storage-routes.ts';

/** Statements with bound rows are large; staged files do not count against this. */
const bodyLimit = 1024 * 1024 * 1024;

/** All routes, their faults and their error replies, on a server that does not listen yet. */
export async function createHttpServer(context: ServerContext): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1000 },
    // The Python connector 5 asks for /monitoring/queries//{id}, which the service answers as well.
    rewriteUrl: ({ url = '/' }) =>
      url.replace(/^\/monitoring\/queries\/\/+/, '/monitoring/queries/'),
  });
  acceptJsonBodies(app);
  app.addHook('onRequest', async (request) => {
    const { endpoint } = request.routeOptions.config;
    if (endpoint !== undefined) context.stats.countRequest(endpoint);
    context.log('request', { method: request.method, path: request.url.split('?', 1)[0] });
  });
  addFaultHooks(app, context.faults, {
    expireUrl: (url) => context.presigner.revoke(url),
    expireResult: (url) => context.queries.expire(url.split('/')[2] ?? ''),
    expireSession: (authorization) => context.sessions.expire(authorization),
    sqlOf: (request) => sqlOf(request, context),
  });
  addErrorReplies(app, context);
  addLoginRoutes(app, context);
  addSessionRoutes(app, context);
  addQueryRoutes(app, context);
  addMonitoringRoutes(app, context);
  addFaultRoutes(app, context.faults);
  addStatsRoutes(app, context.stats);
  await app.register(async (store) => addStoreRoutes(store, context));
  return app;
}

/** What stands for a cloud store: no JSON in, and no success with an error in it out. */
function addStoreRoutes(store: FastifyInstance, context: ServerContext): void {
  store.setErrorHandler(async (error, request, reply) => {
    context.log('internal-error', { path: request.url.split('?', 1)[0], error });
    return sendStoreError(reply, 500, 'InternalError', 'The emulator failed; see its log.');
  });
  addFileRoutes(store, context);
  addStorageRoutes(store, context);
}

/** JSON, plain or gzip, whatever the content type says; no body at all is an empty object. */
function acceptJsonBodies(app: FastifyInstance): void {
  const unzip = promisify(gunzip);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => {
      if (body.length === 0) return {};
      const isGzip = body[0] === 0x1f && body[1] === 0x8b;
      const text = isGzip ? await unzip(body) : body;
      try {
        return JSON.parse(text.toString('utf8')) as unknown;
      } catch {
        throw new ProtocolError('390000', 'The request body is not JSON.', 400);
      }
    },
  );
}

function addErrorReplies(app: FastifyInstance, context: ServerContext): void {
  app.setErrorHandler(async (error, request, reply) => {
    const path = request.url.split('?', 1)[0];
    if (error instanceof ProtocolError) {
      context.log('refused', { path, code: error.code, message: error.message });
      return reply.code(error.status).send(failure(error.code, error.message));
    }
    if (error instanceof z.ZodError) {
      return reply.code(400).send(failure('390000', `Bad request: ${z.prettifyError(error)}`));
    }
    const sqlError = error instanceof SqlError ? error : internalError(error);
    if (error !== sqlError) context.log('internal-error', { path, error });
    const { code, sqlState, message } = sqlError;
    return reply.code(200).send(failure(code, message, { sqlState, errorCode: code }));
  });
  app.setNotFoundHandler(async (request, reply) => {
    const message = `This emulator has no ${request.method} ${request.url.split('?', 1)[0]}.`;
    return reply.code(404).send(failure('390000', message));
  });
}

/** The statement that a request runs, or whose result it reads; for faults to match. */
function sqlOf(request: FastifyRequest, context: ServerContext): string | undefined {
  const { sqlText } = (request.body ?? {}) as { sqlText?: unknown };
  if (typeof sqlText === 'string') return sqlText;
  const { queryId } = (request.params ?? {}) as { queryId?: string };
  return queryId === undefined ? undefined : context.queries.find(queryId)?.request.sql;
}

/** `GET /stats` and `DELETE /stats`, for tests in another process. */
function addStatsRoutes(app: FastifyInstance, stats: EmulatorStats): void {
  app.route({
    method: 'GET',
    url: '/stats',
    async handler() {
      return {
        requests: stats.requests,
        statements: stats.statements,
        fileReads: Object.fromEntries(stats.fileReads),
      };
    },
  });
  app.route({
    method: 'DELETE',
    url: '/stats',
    async handler() {
      stats.reset();
      return { success: true };
    },
  });
}

const queryIdSchema = z.object({ queryId: z.string() });
const statusOf = {
  running: 'RUNNING',
  success: 'SUCCESS',
  failed: 'FAILED_WITH_ERROR',
  aborted: 'ABORTED',
} as const;

/** `GET /monitoring/queries/{id}`: how a query is doing. An unknown one gives an empty list. */
function addMonitoringRoutes(app: FastifyInstance, context: ServerContext): void {
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
