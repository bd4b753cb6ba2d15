import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { FileTransfer } from '../engine/contract.ts';
import { failure, success } from './envelope.ts';
import type { Outcome, Query } from './queries.ts';
import { commonData, encodeMulti, encodeResult } from './result-data.ts';
import type { FinishedStatement } from './run-statement.ts';
import type { ServerContext } from './server-context.ts';
import type { Client } from './sessions.ts';
import type { TransferRight, TransferTokens } from './transfer-tokens.ts';

/**
 * The reply to whoever runs or reads `query`, as JSON: its outcome, or "in progress" when it has
 * none after `waitSeconds` (the client then asks `getResultUrl`, which waits again).
 */
export async function replyWithQuery(
  query: Query,
  context: ServerContext,
  waitSeconds = context.longPollSeconds,
): Promise<string> {
  const outcome = waitSeconds === 0 ? undefined : await outcomeWithin(query, waitSeconds);
  if (outcome === undefined) return JSON.stringify(inProgress(query));
  if (outcome.kind === 'error') return JSON.stringify(errorReply(query, outcome.error));
  if (outcome.kind === 'multi') return multiReply(query, outcome.children);
  return rowsReply(query, outcome.statement, context);
}

async function outcomeWithin(query: Query, seconds: number): Promise<Outcome | undefined> {
  const timer = new AbortController();
  const timeout = sleep(seconds * 1000, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([query.outcome, timeout]);
  } finally {
    timer.abort();
  }
}

function inProgress(query: Query) {
  const getResultUrl = `/queries/${query.id}/result`;
  const data = { queryId: query.id, getResultUrl, queryAbortsAfterSecs: 300, progressDesc: null };
  return success(data, query.isAsync ? '333334' : '333333');
}

function errorReply(query: Query, error: { code: string; sqlState: string; message: string }) {
  const { code, sqlState, message } = error;
  const data = {
    internalError: code === '000603',
    errorCode: code,
    sqlState,
    queryId: query.id,
    age: 0,
    ...placeOf(message),
  };
  return failure(code, message, data);
}

/** What the service says of an error's kind and place, lines from 1 and positions from 0; -1 for none. */
function placeOf(message: string) {
  const [, line, pos] = /\bline (\d+) at position (\d+)/.exec(message) ?? [];
  const place = { line: Number(line ?? -1), pos: Number(pos ?? -1) };
  return message.startsWith('SQL compilation error') ? { type: 'COMPILATION', ...place } : place;
}

function rowsReply(query: Query, statement: FinishedStatement, context: ServerContext): string {
  const { transfer } = statement;
  const baseUrl = context.baseUrl();
  if (transfer !== undefined) {
    const { stageRoot } = context.engine;
    const server = { baseUrl, stageRoot, tokens: context.transferTokens };
    return JSON.stringify(success(transferData(query, { ...statement, transfer }, server)));
  }
  return encodeResult(
    query,
    statement,
    (path) => baseUrl + context.presigner.sign(path, context.chunkUrlSeconds),
  );
}

async function multiReply(query: Query, children: readonly Query[]): Promise<string> {
  const outcomes = await Promise.all(children.map((child) => child.outcome));
  const statements = outcomes.flatMap((outcome) =>
    outcome.kind === 'rows' ? [outcome.statement] : [],
  );
  return encodeMulti(query, children, statements);
}

interface TransferServer {
  readonly baseUrl: string;
  readonly stageRoot: string;
  readonly tokens: TransferTokens;
}

/** The reply to PUT and GET: the driver moves the files itself, to where `stageInfo` says. */
function transferData(
  query: Query,
  statement: FinishedStatement & { readonly transfer: FileTransfer },
  server: TransferServer,
) {
  const { transfer, state } = statement;
  const directory = trimSlashes(transfer.stageDirectory);
  const right = transfer.command === 'UPLOAD' ? 'write' : 'read';
  return {
    ...commonData(query, state),
    command: transfer.command,
    localLocation: transfer.localLocation,
    src_locations: transfer.sourceLocations,
    parallel: transfer.parallel,
    threshold: 200 * 1024 * 1024,
    autoCompress: transfer.autoCompress,
    overwrite: transfer.overwrite,
    sourceCompression: transfer.sourceCompression,
    statementTypeId: statement.statementTypeId,
    presignedUrls: [],
    encryptionMaterial: null,
    stageInfo: takesUrl(query.session.client)
      ? cloudPlace(directory, right, server)
      : localPlace(directory, server),
  };
}

const PLACE = { region: 'local', storageAccount: null, isClientSideEncrypted: false } as const;

/** As Google's storage: HEAD, GET and PUT on `<endPoint>/<location><file>` with a bearer token. */
function cloudPlace(directory: string, right: TransferRight, server: TransferServer) {
  const location = directory === '' ? 'stages/' : `stages/${directory}/`;
  return {
    ...PLACE,
    locationType: 'GCS',
    location,
    path: location.slice('stages/'.length),
    endPoint: `${server.baseUrl}/storage`,
    creds: { GCS_ACCESS_TOKEN: server.tokens.issue(directory, right) },
  };
}

/** The drivers know a stage that is a directory of their own machine, which the emulator's are. */
function localPlace(directory: string, { stageRoot }: TransferServer) {
  const location = `${path.join(stageRoot, directory)}/`;
  return { ...PLACE, locationType: 'LOCAL_FS', location, path: directory, creds: {} };
}

/** Others put `https://` before the `endPoint`, whatever it says (Python's connector 3, Go, Java). */
function takesUrl({ id, version }: Client): boolean {
  if (id === 'JavaScript') return true;
  return id === 'PythonConnector' && Number.parseInt(version, 10) >= 5;
}

function trimSlashes(text: string): string {
  return text.replaceAll(/^\/+|\/+$/g, '');
}
