import type { Diagnosis, RunActivity, Trouble, WorkerActivity } from '@snowmelt/core';
import { bold, cyan, dim, green, red, yellow } from 'ansis';

import type { SetupFlags } from '../base/setup.ts';
import { formatRows } from './quantities.ts';
import { wrapText } from '../terminal/text-width.ts';

const marks = { wrong: red('✘'), waits: yellow('…'), left: yellow('–') } as const;

/** Commands with the configuration that was asked about, so that they work as they are printed. */
export function withArguments(diagnosis: Diagnosis, flags: SetupFlags): Diagnosis {
  return { ...diagnosis, troubles: diagnosis.troubles.map((one) => withConfig(one, flags)) };
}

export function withConfig(one: Trouble, flags: SetupFlags): Trouble {
  return one.command === undefined
    ? one
    : { ...one, command: [...one.command, ...configArguments(flags)] };
}

/** What another command of the same configuration takes. */
export function configArguments(flags: SetupFlags): readonly string[] {
  const file = flags['env-file'];
  return [
    ...(flags.config === 'config.json' ? [] : ['-c', flags.config]),
    ...(file === undefined ? [] : ['--env-file', file]),
  ];
}

export function formatDiagnosis({ runs, troubles }: Diagnosis, width: number): readonly string[] {
  return [
    ...(runs.length === 0
      ? ['There are no runs of this configuration.']
      : runs.flatMap(formatRun).flatMap((line) => wrapText(line, width))),
    '',
    ...(troubles.length === 0
      ? [`${green('✔')} Nothing is wrong.`]
      : troubles.flatMap((one) => formatTrouble(one, width))),
  ];
}

const lives = {
  live: 'a process works on it',
  open: 'nobody works on it; it can be gone on with',
  ended: 'over',
} as const;

function formatRun({ run, life, owner, lastSign, workers }: RunActivity): readonly string[] {
  const { tables } = run;
  const done = tables.filter(({ status }) => status === 'completed' || status === 'skipped').length;
  const chunks = tables.reduce((sum, { totalChunks }) => sum + totalChunks, 0);
  const loaded = tables.reduce((sum, { completedChunks }) => sum + completedChunks, 0);
  const sign = lastSign === undefined ? '' : `, last sign of life ${formatTime(lastSign)}`;
  return [
    bold(`Run ${run.id}: ${run.status}${life === undefined ? '' : `, ${lives[life]}`}`),
    `  ${done} of ${tables.length} tables, ${formatRows(loaded)} of ${formatRows(chunks)} chunks, ${formatRows(run.rows)} rows`,
    dim(`  owner ${owner ?? 'unknown'}${sign}`),
    ...workers.map(formatWorker),
  ];
}

function formatWorker(one: WorkerActivity): string {
  const { worker, chunks, overdue, silent, lastSign, waitsFor } = one;
  const words = [
    ...(silent ? ['gives no sign'] : []),
    `${chunks} ${chunks === 1 ? 'chunk' : 'chunks'} in its hands`,
    ...(overdue === 0 ? [] : [`${overdue} overdue`]),
    ...(lastSign === undefined ? [] : [`last sign of life ${formatTime(lastSign)}`]),
    ...(waitsFor === undefined
      ? []
      : [`waits for ${waitsFor.what} since ${formatTime(waitsFor.since)}`]),
  ];
  return dim(`  worker ${worker}: ${words.join(', ')}`);
}

/** What is to be copied is never wrapped. */
export function formatTrouble(
  { level, message, fix, command, sql }: Trouble,
  width: number,
): readonly string[] {
  const where = sql?.at === 'snowflake' ? 'in Snowflake' : `in database ${sql?.database ?? ''}`;
  return [
    ...wrapText(`${marks[level]} ${message}`, width),
    ...wrapText(`  ${cyan('Fix:')} ${fix}`, width),
    ...(sql === undefined ? [] : [`    ${where}: ${bold(sql.statement)}`]),
    ...(command === undefined
      ? []
      : [`    ${bold(['snowmelt', ...command].map(quoted).join(' '))}`]),
  ];
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/u, 'Z');
}
