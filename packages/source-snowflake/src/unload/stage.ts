import { createHash } from 'node:crypto';

import type { RunId, TablePlan, TableRef } from '@snowmelt/core';

import { quoteIdentifier } from '../sql/quote.ts';

/** Where a table's files go: a stage and a directory in it. */
export interface StagePlace {
  /** As SQL has it: `@"DB"."SCHEMA"."STAGE"`, or what the user wrote. */
  readonly stage: string;
  /** Ends in `/`, or is empty; made of letters, digits, `_`, `-`, `/` (and what the user wrote). */
  readonly directory: string;
  /** The stage is the run's own and goes with it. */
  readonly own: boolean;
}

/**
 * Only server-side encryption lets a presigned URL give readable files; the default of an internal
 * stage gives cipher text (docs.snowflake.com/en/sql-reference/functions/get_presigned_url). A
 * named stage, since a temporary one ends with its session and other processes read the files.
 */
export function createStage(name: string): string {
  return `CREATE STAGE IF NOT EXISTS ${name} ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`;
}

export function dropStage(name: string): string {
  return `DROP STAGE IF EXISTS ${name}`;
}

/** The run's own stage beside a table, quoted. */
export function runStage(run: RunId, { database, schema }: TableRef): string {
  return stageName(`SNOWMELT_${run.replaceAll(/\W/gu, '_').toUpperCase()}`, { database, schema });
}

/** The run whose own stage has this name; `undefined`: it is none of ours. */
export function runOfStage(name: string): RunId | undefined {
  const [, run] = /^SNOWMELT_([0-9A-F]{8}(?:_[0-9A-F]{4}){3}_[0-9A-F]{12})$/u.exec(name) ?? [];
  return run?.replaceAll('_', '-').toLowerCase();
}

export function stageName(name: string, { database, schema }: Omit<TableRef, 'name'>): string {
  return [database, schema, name].map(quoteIdentifier).join('.');
}

/** The run's place for all its files: the stage beside the table, or the user's. */
export function runPlace(table: TablePlan): StagePlace {
  const run = slug(table.run);
  if (table.read.stage === undefined) {
    return { stage: `@${runStage(table.run, table.source)}`, directory: `${run}/`, own: true };
  }
  const { stage, directory } = splitStage(table.read.stage);
  return { stage, directory: `${directory}${run}/`, own: false };
}

/** The directory of one attempt at one segment, which no other attempt writes to. */
export function attemptPlace(table: TablePlan, segment: string, attempt: string): StagePlace {
  const place = runPlace(table);
  const parts = [tableSlug(table.key), slug(segment), slug(attempt)];
  return { ...place, directory: `${place.directory}${parts.join('/')}/` };
}

/** A location for COPY INTO, LIST and REMOVE. */
export function location({ stage, directory }: Pick<StagePlace, 'stage' | 'directory'>): string {
  return quoteStage(`${stage}/${directory}`);
}

/**
 * Always in single quotes, as names and paths with blanks and special characters have to be
 * (docs.snowflake.com/en/sql-reference/sql/copy-into-location, "internalStage", and
 * /functions/get_presigned_url): without them `--` in a path begins a comment.
 */
export function quoteStage(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** `@db.schema.stage/a/b` is the stage and the directory `a/b/`; a quoted name may hold a slash. */
export function splitStage(written: string): { stage: string; directory: string } {
  const bare = written.trim().replace(/^'(.*)'$/su, '$1');
  const [, stage = '', path = ''] = /^@?((?:"(?:[^"]|"")*"|[^/"])+)(?:\/(.*))?$/su.exec(bare) ?? [];
  const directory = path.replaceAll(/^\/+|\/+$/gu, '');
  return { stage: `@${stage}`, directory: directory === '' ? '' : `${directory}/` };
}

function slug(text: string): string {
  return text.replaceAll(/[^\w-]/gu, '_');
}

/** Readable, and different for keys that differ in what the slug leaves out. */
function tableSlug(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `${slug(key).slice(0, 60)}-${hash}`;
}
