/**
 * GET_PRESIGNED_URL(@stage, 'relative/path'[, seconds]).
 * https://docs.snowflake.com/en/sql-reference/functions/get_presigned_url
 */

import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { EngineSession } from '../sql/statement-handler.ts';
import { invalidValue, unsupported } from './errors.ts';
import type { ExternalPlace } from './stage-catalog.ts';
import { encodePath, locateFile } from './stage-layout.ts';
import { parseStageReference } from './stage-reference.ts';
import type { StageStore } from './stage-store.ts';

const DEFAULT_SECONDS = 3600;
/** Seven days: "The maximum is 604800." */
const MAX_SECONDS = 604_800;

/**
 * The URL of one staged file. As on Snowflake nobody asks whether the file is there: the URL of a
 * missing one answers 404. On a stage with client-side encryption (SNOWFLAKE_FULL, the default) the
 * URL delivers cipher text, which is useless without the key that only drivers get.
 */
export async function presignedUrl(
  args: readonly (string | null)[],
  session: EngineSession,
  store: StageStore,
): Promise<string | null> {
  const [location = null, path = null, lifetime = null] = args;
  if (args.length < 2 || args.length > 3) {
    throw invalidValue(String(args.length), 'number of arguments of GET_PRESIGNED_URL');
  }
  if (location === null || path === null) return null;
  const reference = parseStageReference(location.startsWith('@') ? location : `@${location}`);
  const stage = store.open(reference, session);
  checkSigning(stage.external);
  const seconds = secondsOf(lifetime);
  const name = joinPaths(reference.path, path);
  const { stageRoot } = session.engine;
  const file = await locateFile(stage.path, name);
  if (file === undefined) {
    return session.engine.presign(`${stage.directory}/${encodePath(name)}`, seconds);
  }
  const shown = stage.encryption === 'SNOWFLAKE_SSE' ? file : await cipherCopy(file, stageRoot);
  return session.engine.presign(relative(stageRoot, shown), seconds);
}

/**
 * "This function returns output only when the Azure container … is accessed using a storage
 * integration; querying the function fails if the container is accessed using a shared access
 * signature" (functions/get_presigned_url). With which words is not documented.
 */
function checkSigning(external: ExternalPlace | undefined): void {
  if (external?.url.startsWith('azure://') !== true || external.integration !== undefined) return;
  throw unsupported('GET_PRESIGNED_URL of an Azure stage without a storage integration');
}

function secondsOf(lifetime: string | null): number {
  const seconds = lifetime === null ? DEFAULT_SECONDS : Number(lifetime);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_SECONDS) {
    throw invalidValue(lifetime ?? '', 'expiration_time');
  }
  return seconds;
}

/** A path in the location and the relative path go together with one slash. */
function joinPaths(prefix: string, path: string): string {
  if (prefix === '') return path;
  return prefix.endsWith('/') ? prefix + path : `${prefix}/${path}`;
}

/** An AES-CBC copy, made once a version of the file, under a key that is thrown away. */
async function cipherCopy(file: string, stageRoot: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  const version = createHash('sha256').update(`${file}\n${size}\n${mtimeMs}`).digest('hex');
  const directory = join(stageRoot, 'encrypted', version);
  const copy = join(directory, 'file');
  if ((await stat(copy).catch(() => undefined)) !== undefined) return copy;
  await mkdir(directory, { recursive: true });
  const partial = join(directory, randomBytes(8).toString('hex'));
  const cipher = createCipheriv('aes-128-cbc', randomBytes(16), randomBytes(16));
  await pipeline(createReadStream(file), cipher, createWriteStream(partial));
  await rename(partial, copy);
  return copy;
}
