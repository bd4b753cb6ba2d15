import { z } from 'zod';

import { SnowmeltError, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import type { Sessions } from '../connect/session-pool.ts';
import { quoteText } from '../sql/quote.ts';
import { location, quoteStage } from './stage.ts';

/** Most that every kind of stage grants: one on an AWS role allows no more than an hour. */
const seconds = 3600;
/** A URL that has less than this left is not begun with. */
const spareMilliseconds = 5 * 60_000;
/** Files whose URLs one statement makes. */
export const urlBatch = 100;

/** A file of a stage. */
export interface StagedFile {
  readonly stage: string;
  readonly path: string;
}

interface Known {
  url?: string;
  /** By this process's clock. */
  until: number;
}

/** Files in the order in which they are going to be read. */
interface Directory {
  readonly files: Map<string, Known>;
  renewing?: Promise<void> | undefined;
}

const listed = z.array(z.object({ name: z.string() }));

/**
 * Addresses of staged files, each good for an hour to whoever has it: secrets (P7). They are made for
 * a file and those that follow it in its directory, by one statement; the directory's files are those
 * that an extraction of this process has told, or are listed, once. When a URL has run out, or storage
 * refuses it, it is made anew.
 *
 * The statement calls the function once a file with constants: that it takes a column is shown in an
 * example only (docs.snowflake.com/en/user-guide/data-sharing-views, "Step 1"), and the same is
 * denied of its neighbour BUILD_STAGE_FILE_URL in Snowpark's reference.
 * Source: docs.snowflake.com/en/sql-reference/functions/get_presigned_url.
 */
export class FileUrls {
  readonly #pool: Sessions;
  readonly #directories = new Map<string, Directory>();
  readonly #listing = new Map<string, Promise<void>>();

  constructor(pool: Sessions) {
    this.#pool = pool;
  }

  /** The files of a directory, as an extraction has written them. */
  expect(stage: string, paths: readonly string[]): void {
    const files = paths.map((path): [string, Known] => [path, { until: 0 }]);
    const [first] = paths;
    if (first === undefined) return;
    this.#directories.set(keyOf({ stage, path: first }), { files: new Map(files) });
  }

  /** Throws `SOURCE.FILE_MISSING` where the stage is gone. A file that is gone has a URL as well. */
  async of(file: StagedFile, context: WorkContext): Promise<string> {
    const directory = await this.#directory(file, context);
    for (;;) {
      const { url, until } = directory.files.get(file.path) ?? { until: 0 };
      if (url !== undefined && until > context.clock.now().getTime()) return url;
      if (directory.renewing === undefined) return this.#renewed(file, directory, context);
      // What another has asked for may be there now; if it failed, it is for this one to ask.
      await directory.renewing.catch(() => undefined);
    }
  }

  /** Storage has refused its URL. */
  forget(file: StagedFile): void {
    this.#directories.get(keyOf(file))?.files.set(file.path, { until: 0 });
  }

  async #directory(file: StagedFile, context: WorkContext): Promise<Directory> {
    const key = keyOf(file);
    for (;;) {
      const known = this.#directories.get(key);
      if (known !== undefined) return known;
      const begun = this.#listing.get(key);
      const listing = begun ?? this.#list(file, context).finally(() => this.#listing.delete(key));
      this.#listing.set(key, listing);
      await (begun === undefined ? listing : listing.catch(() => undefined));
    }
  }

  async #list({ stage, path }: StagedFile, context: WorkContext): Promise<void> {
    const directory = directoryOf(path);
    const sql = `LIST ${location({ stage, directory })}`;
    const { data = [] } = listed.safeParse(await queryRows(this.#pool, sql, context, 'staging'));
    const names = data.map(({ name }) => name.slice(name.lastIndexOf('/') + 1)).sort();
    this.expect(stage, names.length === 0 ? [path] : names.map((name) => directory + name));
  }

  async #renewed(file: StagedFile, directory: Directory, context: WorkContext): Promise<string> {
    directory.renewing = this.#renew(file, directory.files, context);
    try {
      await directory.renewing;
    } finally {
      directory.renewing = undefined;
    }
    return directory.files.get(file.path)?.url ?? fail(file);
  }

  async #renew(file: StagedFile, files: Map<string, Known>, context: WorkContext): Promise<void> {
    const now = context.clock.now().getTime();
    const paths = [...files.keys()];
    const following = paths
      .slice(Math.max(0, paths.indexOf(file.path) + 1))
      .filter((path) => (files.get(path)?.until ?? 0) <= now);
    const asked = [file.path, ...following].slice(0, urlBatch);
    const rows = await queryRows(this.#pool, urlQuery(file.stage, asked), context, 'staging');
    const until = now + seconds * 1000 - spareMilliseconds;
    for (const [index, path] of asked.entries()) {
      const { data: url } = z.url().safeParse(rows[0]?.[`u${String(index + 1)}`]);
      files.set(path, url === undefined ? { until: 0 } : { url, until });
    }
  }
}

function urlQuery(stage: string, paths: readonly string[]): string {
  const calls = paths.map(
    (path, index) =>
      `GET_PRESIGNED_URL(${quoteStage(stage)}, ${quoteText(path)}, ${String(seconds)}) AS "U${String(index + 1)}"`,
  );
  return `SELECT ${calls.join(',\n  ')}`;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function keyOf({ stage, path }: StagedFile): string {
  return JSON.stringify([stage, directoryOf(path)]);
}

function fail({ path }: StagedFile): never {
  throw new SnowmeltError('SOURCE.FILE_MISSING', `Snowflake gives no URL for ${path}.`);
}
