import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { isSnowmeltError, type Diagnosis, type StatusStore } from '@snowmelt/core';

import {
  actionNames,
  createActions,
  type ActionCommand,
  type ActionName,
  type Actions,
} from './actions.ts';
import { createAnswers, type Answers } from './answers.ts';
import { refusalOf, safeHeaders, type GuardOptions } from './guard.ts';
import { readPage, type PageFile } from './page-files.ts';

export interface UiOptions {
  readonly status: StatusStore;
  /** What is wrong; nothing that costs is asked. */
  readonly diagnose: () => Promise<Diagnosis>;
  readonly actions: Readonly<Record<ActionName, ActionCommand>>;
  /** Prometheus' text. Absent: there is none. */
  readonly metrics?: () => Promise<string>;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Names beside the host's own by which browsers may ask. */
  readonly allowedHosts: readonly string[];
}

export interface Ui extends AsyncDisposable {
  readonly url: string;
  /** What resume and repair take, and reading from another machine. */
  readonly token: string;
}

interface Handling {
  readonly guard: GuardOptions;
  readonly files: ReadonlyMap<string, PageFile>;
  readonly answers: Answers;
  readonly actions: Actions;
  readonly metrics: UiOptions['metrics'];
}

const loopback: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/** Serves the page until it is disposed. */
export async function startUi(options: UiOptions): Promise<Ui> {
  const { host, port, allowedHosts } = options;
  const token = randomBytes(16).toString('base64url');
  const name = host.includes(':') ? `[${host}]` : host.toLowerCase();
  const isLocal = loopback.includes(name);
  const hosts = [...loopback, name, ...allowedHosts.map((one) => one.toLowerCase())];
  const actions = createActions(options.actions);
  const handling: Handling = {
    guard: { hosts, token, tokenToRead: !isLocal },
    files: await readPage(),
    answers: createAnswers(options.status, options.diagnose),
    actions,
    metrics: options.metrics,
  };
  const server = createServer((request, response) => void handle(request, response, handling));
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}/`,
    token,
    async [Symbol.asyncDispose]() {
      await close(server);
      await actions[Symbol.asyncDispose]();
    },
  };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  handling: Handling,
): Promise<void> {
  const refusal = refusalOf(request, handling.guard);
  if (refusal !== undefined) {
    sendJson(response, refusal.status, { error: { message: refusal.error } });
    return;
  }
  try {
    await route(request, response, handling);
  } catch (error) {
    // P7: what is no expected failure may quote what it worked on.
    const view = isSnowmeltError(error)
      ? { code: error.code, message: error.message, fix: error.fix }
      : { code: 'BUG', message: 'The answer could not be made.' };
    sendJson(response, isSnowmeltError(error) && error.code === 'RUN.NOT_FOUND' ? 404 : 500, {
      error: view,
    });
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { answers, actions, files, metrics }: Handling,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
  const [, first, what, id = '', part] = pathname.split('/');
  if (request.method === 'POST') {
    const name = actionNames.find((one) => one === id);
    if (first !== 'api' || what !== 'actions' || name === undefined) return notFound(response);
    const state = actions.start(name);
    return sendJson(
      response,
      state === undefined ? 409 : 202,
      state ?? { error: { message: `${name} goes on already.` } },
    );
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return notFound(response);
  if (pathname === '/metrics' && metrics !== undefined) {
    return send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics());
  }
  const file = files.get(pathname);
  if (file !== undefined) return send(response, 200, file.type, file.body);
  if (first !== 'api') return notFound(response);
  if (what === 'runs') return sendJson(response, 200, await answers.runs());
  if (what === 'troubles') return sendJson(response, 200, await answers.troubles());
  if (what === 'actions') return sendJson(response, 200, { actions: actions.states() });
  if (what === 'run' && part === undefined) return sendJson(response, 200, await answers.run(id));
  if (what === 'run' && part === 'chunks') {
    return sendJson(response, 200, await answers.chunks(id, searchParams.get('table') ?? ''));
  }
  notFound(response);
}

function notFound(response: ServerResponse): void {
  sendJson(response, 404, { error: { message: 'There is nothing here.' } });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...safeHeaders, 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}
