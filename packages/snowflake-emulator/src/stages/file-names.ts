/** The names of unloaded files. */

import { compressionExtension } from './compression.ts';
import type { Compression } from './compression.ts';

export interface UnloadNaming {
  /** The path of the unload's location. */
  readonly path: string;
  readonly single: boolean;
  readonly compression: Compression;
  readonly fileExtension: string | undefined;
  /** Set with INCLUDE_QUERY_ID. */
  readonly queryId: string | undefined;
}

/**
 * What every file's name of this unload starts with. A path that is empty or ends in a slash gets
 * `data`; any other path is the prefix itself ("COPY INTO <location>", `path`). INCLUDE_QUERY_ID
 * puts the statement's id after it.
 */
export function unloadPrefix(naming: UnloadNaming): string {
  const { path, queryId } = naming;
  const prefix = path === '' || path.endsWith('/') ? `${path}data` : path;
  return queryId === undefined || naming.single ? prefix : `${prefix}_${queryId}`;
}

/**
 * The name of one file: `data_0_<thread>_<n>.csv.gz`; with the query id `data_<id>_000_<thread>_
 * <n>.csv.gz`; a SINGLE file has the prefix alone, without any extension. The forms are those of
 * the examples in "COPY INTO <location>".
 */
export function unloadedName(naming: UnloadNaming, thread: number, part: number): string {
  const prefix = unloadPrefix(naming);
  if (naming.single) return prefix;
  const node = naming.queryId === undefined ? '0' : '000';
  const extension = naming.fileExtension ?? '.csv';
  return `${prefix}_${node}_${thread}_${part}${extension}${suffix(naming, extension)}`;
}

/** A FILE_EXTENSION that names its compression already isn't given it twice. */
function suffix(naming: UnloadNaming, extension: string): string {
  const compressed = compressionExtension(naming.compression);
  return extension.endsWith(compressed) ? '' : compressed;
}
