import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { resolveInside, sendFile, sendStoreError } from './send-file.ts';
import type { ServerContext } from './server-context.ts';

const stageParams = z.object({ '*': z.string() });
const chunkParams = z.object({ queryId: z.string(), chunk: z.coerce.number().int().nonnegative() });

/** What presigned URLs lead to: staged files at `/stage/…`, chunks of results at `/results/…`. */
export function addFileRoutes(app: FastifyInstance, context: ServerContext): void {
  const method = ['GET', 'HEAD'];
  const permitted = (request: FastifyRequest, reply: FastifyReply): boolean => {
    const verdict = context.presigner.verify(request.url);
    if (verdict === 'valid') return true;
    const message = verdict === 'expired' ? 'Request has expired' : 'Signature does not match';
    sendStoreError(reply, 403, 'AccessDenied', message);
    return false;
  };

  app.route({
    method,
    url: '/stage/*',
    config: { endpoint: 'stage-file' },
    async handler(request, reply) {
      if (!permitted(request, reply)) return reply;
      const { '*': relative } = stageParams.parse(request.params);
      const file = resolveInside(context.engine.stageRoot, relative);
      if (file === undefined) return sendStoreError(reply, 403, 'AccessDenied', 'Not a stage path');
      if (request.method === 'GET') context.stats.countFileRead(relative);
      return sendFile(request, reply, { file, headers: {} });
    },
  });

  app.route({
    method,
    url: '/results/:queryId/:chunk',
    config: { endpoint: 'chunk' },
    async handler(request, reply) {
      if (!permitted(request, reply)) return reply;
      const { queryId, chunk } = chunkParams.parse(request.params);
      const outcome = await context.queries.find(queryId)?.outcome;
      const spooled = outcome?.kind === 'rows' ? outcome.statement.rows.chunks[chunk] : undefined;
      if (spooled === undefined) return sendStoreError(reply, 404, 'NoSuchKey', 'No such chunk.');
      return sendFile(request, reply, {
        file: spooled.path,
        headers: { 'content-encoding': 'gzip' },
      });
    },
  });
}
