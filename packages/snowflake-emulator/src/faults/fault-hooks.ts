import { Readable } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { FaultRegistry } from './fault-registry.ts';
import type { Endpoint, RequestFault } from './fault.ts';

declare module 'fastify' {
  interface FastifyRequest {
    faults: readonly RequestFault[];
  }
  interface FastifyContextConfig {
    /** What requests of this route are for; routes without it are out of reach of faults. */
    endpoint?: Endpoint;
  }
}

/** What faults do to the server's state; the server knows how. */
export interface FaultTargets {
  expireUrl(url: string): void;
  expireResult(url: string): void;
  expireSession(authorization: string | undefined): void;
  /** The statement that a request runs or reads the result of, if it is known. */
  sqlOf(request: FastifyRequest): string | undefined;
}

/** Makes the faults of `registry` strike the requests of `app` and of what is registered in it. */
export function addFaultHooks(
  app: FastifyInstance,
  registry: FaultRegistry,
  targets: FaultTargets,
): void {
  app.decorateRequest('faults', null as never);
  app.addHook('onRequest', async (request) => {
    request.faults = [];
  });
  app.addHook('preHandler', async (request, reply) => {
    const { endpoint } = request.routeOptions.config;
    if (endpoint === undefined) return undefined;
    const sql = targets.sqlOf(request);
    request.faults = registry.takeForRequest({ endpoint, url: request.url, sql });
    for (const fault of request.faults) {
      await strikeBefore(fault, { request, reply, targets });
      if (reply.sent) return reply;
    }
    return undefined;
  });
  app.addHook('onSend', async (request, reply, payload) =>
    strikeBody(request, reply, payload as Payload),
  );
}

interface Scene {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly targets: FaultTargets;
}

async function strikeBefore(fault: RequestFault, { request, reply, targets }: Scene) {
  switch (fault.kind) {
    case 'delay':
      await sleep(fault.ms);
      return;
    case 'drop':
      if (fault.afterBytes !== undefined) return;
      reply.hijack();
      request.raw.socket.destroy();
      return;
    case 'http-status':
      reply.code(fault.status).send(`Fault: HTTP ${fault.status}`);
      return;
    case 'expired-url':
      targets.expireUrl(request.url);
      return;
    case 'expired-result':
      targets.expireResult(request.url);
      return;
    case 'expired-session':
      targets.expireSession(request.headers.authorization);
      return;
    case 'lost-reply':
    case 'truncate':
    case 'corrupt':
      return;
  }
}

/** Applies the faults that need the body; gives the payload as it is where none does. */
function strikeBody(request: FastifyRequest, reply: FastifyReply, payload: Payload): Payload {
  const faults = request.faults.filter(needsBody);
  if (faults.length === 0) return payload;
  const original = toBody(payload, Number(reply.getHeader('content-length') ?? 0));
  const body = faults.reduce((body, fault) => distort(body, fault, request), original);
  if (request.raw.socket.destroyed) {
    if (payload instanceof Readable) payload.destroy();
    return '';
  }
  reply.header('content-length', body.length);
  return Readable.from(body.bytes, { objectMode: false });
}

function needsBody(fault: RequestFault): boolean {
  if (fault.kind === 'drop') return fault.afterBytes !== undefined;
  return ['truncate', 'corrupt', 'lost-reply'].includes(fault.kind);
}

function distort(body: Body, fault: RequestFault, request: FastifyRequest): Body {
  const { socket } = request.raw;
  if (fault.kind === 'truncate') return truncateBody(body, fault.bytes);
  if (fault.kind === 'corrupt') return corruptBody(body, fault.at);
  if (fault.kind === 'drop')
    return dropBody(body, fault.afterBytes ?? 0, () => socket.destroySoon());
  if (fault.kind === 'lost-reply') socket.destroy();
  return body;
}

/** A body on its way out: its bytes in order, and how many there will be. */
interface Body {
  readonly bytes: AsyncIterable<Buffer>;
  readonly length: number;
}

/** What Fastify is about to send. */
type Payload = string | Buffer | Readable | null | undefined;

/** Gives a payload, whatever its form, as bytes with their number. */
function toBody(payload: Payload, contentLength: number): Body {
  if (payload instanceof Readable) return { bytes: payload, length: contentLength };
  const buffer = Buffer.isBuffer(payload) ? payload : Buffer.from(payload ?? '');
  return { bytes: Readable.from([buffer]), length: buffer.length };
}

/** The first `bytes` bytes; the response says that there are no more. */
function truncateBody(body: Body, bytes = Math.floor(body.length / 2)): Body {
  return { bytes: firstBytes(body.bytes, bytes), length: Math.min(bytes, body.length) };
}

/** The same number of bytes, eight of them inverted from `at` on. */
function corruptBody(body: Body, at = Math.floor(body.length / 2)): Body {
  return { bytes: invertBytes(body.bytes, at, at + 8), length: body.length };
}

/** The first `bytes` bytes of a response that promised all, then `cut` is called. */
function dropBody(body: Body, bytes: number, cut: () => void): Body {
  async function* untilCut(): AsyncGenerator<Buffer> {
    yield* firstBytes(body.bytes, bytes);
    await setImmediate();
    cut();
  }
  return { bytes: untilCut(), length: body.length };
}

async function* firstBytes(source: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of source) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

async function* invertBytes(
  source: AsyncIterable<Buffer>,
  from: number,
  to: number,
): AsyncGenerator<Buffer> {
  let offset = 0;
  for await (const chunk of source) {
    const start = Math.max(from - offset, 0);
    const end = Math.min(to - offset, chunk.length);
    const copy = Buffer.from(chunk);
    for (let index = start; index < end; index += 1) copy[index] = 255 - (chunk[index] ?? 0);
    yield copy;
    offset += chunk.length;
  }
}
