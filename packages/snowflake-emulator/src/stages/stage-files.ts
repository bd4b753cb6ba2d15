/** The files of one stage: what LIST shows and REMOVE takes away. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { invalidValue } from './errors.ts';
import { decodeSegment } from './stage-layout.ts';

export interface StageFile {
  /** The name inside the stage, with slashes, as it was written by the unload or PUT. */
  readonly name: string;
  readonly absolutePath: string;
  readonly size: number;
  readonly modified: Date;
}

/**
 * The files whose names start with `prefix` (a prefix of the name, not a directory) and that
 * `matches` takes, in the order of their names' bytes.
 */
export async function stageFiles(
  stageDirectory: string,
  prefix: string,
  matches: (name: string) => boolean = () => true,
): Promise<readonly StageFile[]> {
  const files: StageFile[] = [];
  for await (const file of walk(stageDirectory, '')) {
    if (file.name.startsWith(prefix) && matches(file.name)) files.push(file);
  }
  return files.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

async function* walk(directory: string, above: string): AsyncGenerator<StageFile> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const absolutePath = join(directory, entry.name);
    const segment = decodeSegment(entry.name);
    const name = segment === undefined ? above.slice(0, -1) : above + segment;
    if (entry.isDirectory()) yield* walk(absolutePath, `${name}/`);
    else if (entry.isFile() && !isUploading(entry.name)) {
      const found = await stat(absolutePath);
      yield { name, absolutePath, size: found.size, modified: found.mtime };
    }
  }
}

/** `.<uuid>.partial` is how the HTTP server names an upload whose bytes are still coming. */
function isUploading(onDisk: string): boolean {
  return onDisk.startsWith('.') && onDisk.endsWith('.partial') && onDisk.length === 45;
}

/**
 * PATTERN of LIST, REMOVE and COPY: a regular expression that must match the whole name inside
 * of the stage, without the stage's own name. Source: mlorek/frostlake, ListStageReferenceTest
 * (measured on an account).
 */
export function patternMatcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  try {
    const expression = new RegExp(`^(?:${pattern})$`, 'su');
    return (name) => expression.test(name);
  } catch {
    throw invalidValue(`'${pattern}'`, 'PATTERN');
  }
}

export async function removeFiles(files: readonly StageFile[]): Promise<void> {
  for (const file of files) await rm(file.absolutePath, { force: true });
}

/** MD5 of a file's bytes, hex, as LIST shows it. */
export async function fileMd5(file: StageFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file.absolutePath), hash, { signal });
  return hash.digest('hex');
}
