/**
 * Where a stage's files lie on disk. A stage is a flat set of names: `dir` and `dir/g` may both be
 * files, `a//b` and `../x` are names like any other. On disk a name's slashes are directories, so
 * that ordinary names look ordinary, and what a file system can't hold as it is gets an escape:
 *
 * - a segment that is empty, `.`, `..`, or holds NUL, a backslash or a leading `%`: `%` and the hex
 *   of its UTF-8;
 * - a file whose name other names go on from: `%self` inside the directory of its name.
 *
 * Nothing outside the stage's directory can be named (tested with hostile names).
 */

import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { invalidValue } from './errors.ts';

/** The file that stands for its own directory. */
const SELF = '%self';
/** File systems stop at 255 bytes a segment. */
const MAX_SEGMENT_BYTES = 255;

/** One path segment as it may stand on disk. */
export function encodeSegment(segment: string): string {
  const hostile =
    segment === '' ||
    segment === '.' ||
    segment === '..' ||
    segment.startsWith('%') ||
    segment.includes('\0') ||
    segment.includes('\\') ||
    segment.includes('/');
  const encoded = hostile ? `%${Buffer.from(segment).toString('hex')}` : segment;
  if (Buffer.byteLength(encoded) > MAX_SEGMENT_BYTES) {
    throw invalidValue(`${segment.slice(0, 40)}…`, 'file name (too long for this file system)');
  }
  return encoded;
}

/** The other way; undefined for {@link SELF}. */
export function decodeSegment(onDisk: string): string | undefined {
  if (onDisk === SELF) return undefined;
  return onDisk.startsWith('%') ? Buffer.from(onDisk.slice(1), 'hex').toString() : onDisk;
}

/** The path of a staged name, relative to its stage's directory. */
export function encodePath(name: string): string {
  return name.split('/').map(encodeSegment).join('/');
}

/** Where the file of that name is, absolute; undefined if the stage has none. */
export async function locateFile(
  stageDirectory: string,
  name: string,
): Promise<string | undefined> {
  const path = join(stageDirectory, encodePath(name));
  const found = await kindOf(path);
  if (found === 'file') return path;
  const self = join(path, SELF);
  return found === 'directory' && (await kindOf(self)) === 'file' ? self : undefined;
}

/**
 * Where a file of that name is to be written, absolute: makes the directories, and moves a file
 * aside whose name this one goes on from.
 */
export async function placeFile(stageDirectory: string, name: string): Promise<string> {
  const segments = name.split('/').map(encodeSegment);
  let directory = stageDirectory;
  await mkdir(directory, { recursive: true });
  for (const segment of segments.slice(0, -1)) {
    directory = join(directory, segment);
    await makeDirectory(directory);
  }
  const path = join(directory, segments.at(-1) ?? '');
  return (await kindOf(path)) === 'directory' ? join(path, SELF) : path;
}

async function makeDirectory(path: string): Promise<void> {
  if ((await kindOf(path)) === 'file') {
    const aside = join(dirname(path), `${SELF}.moving`);
    await rename(path, aside);
    await mkdir(path);
    await rename(aside, join(path, SELF));
  }
  await mkdir(path, { recursive: true });
}

async function kindOf(path: string): Promise<'file' | 'directory' | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'directory' : 'file';
}
