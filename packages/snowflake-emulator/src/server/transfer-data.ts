import type { FileTransfer } from '../engine/contract.ts';
import type { Query } from './queries.ts';
import { commonData } from './result-data.ts';
import type { FinishedStatement } from './run-statement.ts';
import type { TransferTokens } from './transfer-tokens.ts';

/**
 * The reply to PUT and GET: the driver moves the files itself, as it does to Google's storage, by
 * HEAD, GET and PUT on `<endPoint>/<location><file>` with a bearer token.
 */
export function transferData(
  query: Query,
  statement: FinishedStatement & { readonly transfer: FileTransfer },
  server: { readonly baseUrl: string; readonly tokens: TransferTokens },
) {
  const { transfer, state } = statement;
  const directory = trimSlashes(transfer.stageDirectory);
  const right = transfer.command === 'UPLOAD' ? 'write' : 'read';
  const location = directory === '' ? 'stages/' : `stages/${directory}/`;
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
    stageInfo: {
      locationType: 'GCS',
      location,
      path: location.slice('stages/'.length),
      region: 'local',
      storageAccount: null,
      isClientSideEncrypted: false,
      endPoint: `${server.baseUrl}/storage`,
      creds: { GCS_ACCESS_TOKEN: server.tokens.issue(directory, right) },
    },
  };
}

export function trimSlashes(text: string): string {
  return text.replaceAll(/^\/+|\/+$/g, '');
}
