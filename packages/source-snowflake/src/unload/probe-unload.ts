import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';

import { isSnowmeltError, SnowmeltError, type TableRef, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import { repeat } from '../connect/repeat.ts';
import type { Sessions } from '../connect/session-pool.ts';
import { quoteIdentifier, quoteText } from '../sql/quote.ts';
import { copyFrom } from './copy-into.ts';
import { readFiles } from './extract-files.ts';
import { FileUrls } from './file-urls.ts';
import { openFile } from './open-file.ts';
import {
  createStage,
  dropStage,
  location,
  splitStage,
  stageName,
  type StagePlace,
} from './stage.ts';

/** Where files would be unloaded to: the user's stage, or one beside the tables of a schema. */
export interface UnloadWay extends Pick<TableRef, 'database' | 'schema'> {
  readonly stage?: string | undefined;
}

/**
 * Why files can't be unloaded there and read here; nothing where they can. It is found by doing it
 * with one row: privileges come in too many ways to be looked up, policies of the account are not
 * shown to everybody, and only what was read tells whether a stage encrypts at the client, whether
 * its URLs are given, and whether this machine reaches its storage. Nothing of it stays.
 */
export async function probeUnload(
  pool: Sessions,
  way: UnloadWay,
  context: WorkContext,
): Promise<SnowmeltError | undefined> {
  const mark = `SNOWMELT_PROBE_${randomBytes(6).toString('hex').toUpperCase()}`;
  const place = probePlace(way, mark);
  const probe = { pool, way, place, mark, context };
  try {
    if (place.own) await step('make', probe, () => run(probe, createStage(place.stage.slice(1))));
    try {
      const path = await step('write', probe, () => unloadRow(probe));
      await step('read', probe, () => repeat(pool.tries, context, () => readRow(probe, path)));
    } finally {
      await cleanUp(probe);
    }
    return undefined;
  } catch (error) {
    if (isSnowmeltError(error) && answers.has(error.code)) return error;
    throw error;
  }
}

/** What is said of the way; a stream that broke at each of its tries is one. */
const answers: ReadonlySet<string> = new Set(['SOURCE.UNLOAD_UNAVAILABLE', 'SOURCE.STREAM_BROKEN']);

interface Probe {
  readonly pool: Sessions;
  readonly way: UnloadWay;
  readonly place: StagePlace;
  readonly mark: string;
  readonly context: WorkContext;
}

function probePlace({ stage: written, database, schema }: UnloadWay, mark: string): StagePlace {
  if (written === undefined) {
    return { stage: `@${stageName(mark, { database, schema })}`, directory: 'probe/', own: true };
  }
  const { stage, directory } = splitStage(written);
  return { stage, directory: `${directory}${mark.toLowerCase()}/`, own: false };
}

function run({ pool, context }: Probe, sql: string) {
  return queryRows(pool, sql, context, 'staging');
}

/** As a table's lines are unloaded. */
async function unloadRow(probe: Probe): Promise<string> {
  const { place, mark } = probe;
  const rows = `SELECT ${quoteText(lineOf(mark))} AS "LINE"`;
  const [file] = readFiles(await run(probe, copyFrom(rows, { place, fileBytes: 1_000_000 })));
  if (file === undefined) throw new SnowmeltError('SOURCE.FILE_MISSING', 'no file was written');
  return `${place.directory}${file.file_name.slice(file.file_name.lastIndexOf('/') + 1)}`;
}

async function readRow({ pool, place, mark, context }: Probe, path: string): Promise<void> {
  const urls = new FileUrls(pool);
  urls.expect(place.stage, [path]);
  const { bytes } = await openFile({ pool, urls }, { file: { stage: place.stage, path } }, context);
  const read = (await buffer(bytes).catch(notCipherText)).toString();
  if (read !== `${lineOf(mark)}\n`) {
    throw new SnowmeltError('SOURCE.STREAM_BROKEN', 'what was read is not what was unloaded');
  }
}

/** Cipher text does not begin as gzip does; what breaks on the way does. */
function notCipherText(error: unknown): never {
  const { cause } = error as SnowmeltError;
  // zlib's word for it.
  if (!(cause instanceof Error) || cause.message !== 'incorrect header check') throw error;
  throw new SnowmeltError('SOURCE.UNLOAD_UNAVAILABLE', 'A staged file is not gzip');
}

/** More than ASCII, and what CSV options would touch. */
function lineOf(mark: string): string {
  return String.raw`${mark},"é \N",`;
}

/** What stays is a file of one line; it is told, and is no reason to give the unload up. */
async function cleanUp(probe: Probe): Promise<void> {
  const { place, context } = probe;
  const sql = place.own ? dropStage(place.stage.slice(1)) : `REMOVE ${location(place)}`;
  try {
    await run(probe, sql);
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    context.log.warn('probe_left', { at: location(place), message: error.message });
  }
}

type Step = 'make' | 'write' | 'read';

/** What a step can fail with because of how things are, and not for the moment. */
const telling: Readonly<Record<Step, ReadonlySet<string>>> = {
  make: new Set(['SOURCE.PRIVILEGE', 'SOURCE.STATEMENT_FAILED', 'SOURCE.FILE_MISSING']),
  write: new Set(['SOURCE.PRIVILEGE', 'SOURCE.STATEMENT_FAILED', 'SOURCE.FILE_MISSING']),
  read: new Set([
    'SOURCE.PRIVILEGE',
    'SOURCE.STATEMENT_FAILED',
    'SOURCE.FILE_MISSING',
    'SOURCE.UNLOAD_UNAVAILABLE',
    'SOURCE.NETWORK',
  ]),
};

async function step<T>(name: Step, probe: Probe, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSnowmeltError(error) || !telling[name].has(error.code)) throw error;
    if (name !== 'read' && error.retry !== 'never') throw error;
    const { message, fix } = explain(name, probe.way, error);
    throw new SnowmeltError('SOURCE.UNLOAD_UNAVAILABLE', `${message}: ${error.message}`, { fix });
  }
}

function explain(
  name: Step,
  { database, schema, stage }: UnloadWay,
  { code }: SnowmeltError,
): { readonly message: string; readonly fix: string } {
  const beside = `${quoteIdentifier(database)}.${quoteIdentifier(schema)}`;
  const where = stage ?? `the stages of ${beside}`;
  const otherwise = 'or use extract: query';
  if (name === 'make') {
    const grant = `GRANT CREATE STAGE ON SCHEMA ${beside} TO ROLE … (the role of the login)`;
    return {
      message: `no stage can be made in ${beside}`,
      fix: `${grant}, name a stage of your own by the key stage, ${otherwise}.`,
    };
  }
  if (name === 'write') {
    const policy =
      'have an ACCOUNTADMIN lift what the message names (PREVENT_UNLOAD_TO_INTERNAL_STAGES, or the need of a storage integration)';
    const grant = stage === undefined ? '' : `GRANT READ, WRITE (or USAGE) ON STAGE to the role, `;
    return {
      message: `nothing can be unloaded to ${where}`,
      fix: `${grant}${policy}, name another stage by the key stage, ${otherwise}.`,
    };
  }
  if (code === 'SOURCE.UNLOAD_UNAVAILABLE') {
    return {
      message: `files of ${where} can't be read by URL, as with a stage that encrypts at the client`,
      fix: `Make the stage with ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE'), ${otherwise}.`,
    };
  }
  return {
    message: `files of ${where} can't be downloaded`,
    fix: `Let this machine reach the storage host that the message names, give an external stage a storage integration and the role READ on it, ${otherwise}.`,
  };
}
