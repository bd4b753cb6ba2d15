import path from 'node:path';
import type { FileTransfer } from '../engine/contract.ts';
import type { Query } from './queries.ts';
import { commonData } from './result-data.ts';
import type { FinishedStatement } from './run-statement.ts';
import type { Client } from './sessions.ts';
import type { TransferRight, TransferTokens } from './transfer-tokens.ts';

interface TransferServer {
  readonly baseUrl: string;
  readonly stageRoot: string;
  readonly tokens: TransferTokens;
}

/** The reply to PUT and GET: the driver moves the files itself, to where `stageInfo` says. */
export function transferData(
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

export function trimSlashes(text: string): string {
  return text.replaceAll(/^\/+|\/+$/g, '');
}
