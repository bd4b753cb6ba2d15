import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { resolveInside, sendFile, sendStoreError } from './send-file.ts';
import type { ServerContext } from './server-context.ts';
import type { TransferRight } from './transfer-tokens.ts';

const params = z.object({ '*': z.string() });

/** The store that PUT and GET talk to: `/storage/stages/<path>` with a bearer token. */
export function addStorageRoutes(app: FastifyInstance, context: ServerContext): void {
  // A file's bytes are no request body to parse, whatever content type the driver gives them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  /** The file asked for, or undefined when the refusal has been sent. */
  const fileOf = (request: FastifyRequest, reply: FastifyReply, right: TransferRight) => {
    const { '*': relative } = params.parse(request.params);
    const file = resolveInside(context.engine.stageRoot, relative);
    const inside = file && path.relative(context.engine.stageRoot, file).replaceAll(path.sep, '/');
    if (file !== undefined && inside !== undefined) {
      const { authorization } = request.headers;
      if (context.transferTokens.allows(authorization, inside, right)) return { file, inside };
    }
    sendStoreError(reply, 401, 'AuthenticationRequired', 'The token does not open this path.');
    return undefined;
  };

  app.route({
    method: ['GET', 'HEAD'],
    url: '/storage/stages/*',
    config: { endpoint: 'stage-file' },
    async handler(request, reply) {
      const found = fileOf(request, reply, 'read');
      if (found === undefined) return reply;
      if (request.method === 'GET') context.stats.countFileRead(found.inside);
      return sendFile(request, reply, { file: found.file, headers: {} });
    },
  });

  app.route({
    method: 'PUT',
    url: '/storage/stages/*',
    config: { endpoint: 'stage-upload' },
    async handler(request, reply) {
      const found = fileOf(request, reply, 'write');
      if (found === undefined) return reply;
      await writeWhole(found.file, context.engine.stageRoot, request);
      return reply.code(200).send();
    },
  });
}

/**
 * The file appears under its name when all its bytes have arrived, and not before; until then they
 * are outside every stage, where no LIST sees them, and on the same file system.
 */
async function writeWhole(file: string, stageRoot: string, request: FastifyRequest): Promise<void> {
  const partial = path.join(stageRoot, '.uploads', randomUUID());
  await mkdir(path.dirname(partial), { recursive: true });
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await pipeline(request.raw, createWriteStream(partial));
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}
