import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The absolute path of `relative` below `root`, or undefined where it would lead out of it, names
 * the root itself, or holds a NUL.
 */
export function resolveInside(root: string, relative: string): string | undefined {
  if (relative.includes('\0')) return undefined;
  const resolved = path.resolve(root, `./${relative}`);
  return resolved.startsWith(path.resolve(root) + path.sep) ? resolved : undefined;
}

export interface FileToSend {
  readonly file: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a file, or the one range of it that the request asks for; 404 where there is none. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { file, headers }: FileToSend,
): Promise<FastifyReply> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats?.isFile()) return sendStoreError(reply, 404, 'NoSuchKey', 'No such object.');
  const range = parseRange(request.headers.range, stats.size);
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${stats.size}`);
    return sendStoreError(reply, 416, 'InvalidRange', 'The requested range is not satisfiable.');
  }
  const { start, end } = range ?? { start: 0, end: stats.size - 1 };
  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${start}-${end}/${stats.size}`);
  }
  reply.headers({
    'content-type': 'application/octet-stream',
    ...headers,
    'accept-ranges': 'bytes',
    'last-modified': stats.mtime.toUTCString(),
    'content-length': end - start + 1,
  });
  if (request.method === 'HEAD' || stats.size === 0) return reply.send();
  return reply.send(createReadStream(file, { start, end }));
}

/** A refusal as cloud stores word it: XML, never JSON. */
export function sendStoreError(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
): FastifyReply {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return reply.code(status).header('content-type', 'application/xml').send(xml);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** One range in bytes, both ends included; undefined for none, or for a form that is ignored. */
function parseRange(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  const range =
    first === ''
      ? { start: Math.max(size - Number(last), 0), end: size - 1 }
      : { start: Number(first), end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
  return range.start > range.end ? 'unsatisfiable' : range;
}
