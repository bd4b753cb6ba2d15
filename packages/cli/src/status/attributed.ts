import type {
  AttributedCredits,
  Attribution,
  AttributesCredits,
  Config,
  Logger,
  RunId,
} from '@snowmelt/core';
import { openSource } from '@snowmelt/wiring';
import { bold, cyan, yellow } from 'ansis';

import { makeContext } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { creditsFigure, formatRows } from '../show/quantities.ts';
import { wrapText } from '../terminal/text-width.ts';
import type { AttributedView, AttributionView, RunStatusView, StatusView } from './view-status.ts';

/** The runs, with what Snowflake attributes to each: asked by one statement, which needs a warehouse. */
export async function askAttributed(
  config: Config,
  runs: readonly RunStatusView[],
  log: Logger,
): Promise<StatusView> {
  await using source = await openSource(config, log);
  const { attributesCredits } = source;
  if (attributesCredits === undefined) return { runs };
  using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
  const now = new Date();
  const { keptDays } = attributesCredits;
  const kept = runs.filter(({ startedAt }) => hoursBetween(startedAt, now) < 24 * keptDays);
  const since = new Date(Math.min(...kept.map(({ startedAt }) => startedAt.getTime())));
  const ids = kept.map(({ id }) => id);
  const told = await attributesCredits.attributed(ids, since, makeContext(log, stop.signal));
  return viewAttributed(runs, told, { ...attributesCredits, now });
}

type When = Pick<AttributesCredits, 'lateHours' | 'keptDays'> & { readonly now: Date };

export function viewAttributed(
  runs: readonly RunStatusView[],
  told: Attribution,
  when: When,
): StatusView {
  const { lateHours, keptDays } = when;
  const attribution = { lateHours, keptDays };
  if ('refused' in told) {
    const { refused, grant } = told;
    return { runs, attribution: { ...attribution, refused, grant: grant.sql } };
  }
  const viewed = runs.map((run) => ({ ...run, attributed: viewOne(run, told.byRun, when) }));
  return { runs: viewed, attribution };
}

function viewOne(
  run: RunStatusView,
  byRun: ReadonlyMap<RunId, AttributedCredits>,
  { lateHours, keptDays, now }: When,
): AttributedView {
  const found = byRun.get(run.id);
  const comes = run.state === 'running' || hoursBetween(lastOf(run), now) < lateHours;
  if (found !== undefined) return { state: comes ? 'so_far' : 'complete', ...found };
  if (hoursBetween(run.startedAt, now) >= 24 * keptDays) return { state: 'forgotten' };
  return { state: comes ? 'none_yet' : 'none' };
}

/** Of a run that was killed a statement may go on for two days, as STATEMENT_TIMEOUT_IN_SECONDS has it by default. */
const goesOnMs = 48 * 3_600_000;

/** After it the run has nothing running in Snowflake, as far as it has said. */
function lastOf({ startedAt, completedAt, lastSign = startedAt }: RunStatusView): Date {
  if (completedAt === undefined) return new Date(lastSign.getTime() + goesOnMs);
  return completedAt > lastSign ? completedAt : lastSign;
}

function hoursBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 3_600_000;
}

/** Whether there is a column of it. */
export function tells(attribution: AttributionView | undefined): boolean {
  return attribution !== undefined && attribution.refused === undefined;
}

/** In a table: what is beside our own estimate. */
export function attributedCell(attributed: AttributedView | undefined): string {
  if (attributed === undefined) return '';
  const { state, credits } = attributed;
  const figure = credits === undefined ? [] : [creditsFigure(credits)];
  return [...figure, ...(state === 'complete' ? [] : [state.replace('_', ' ')])].join(' ');
}

/** Of one run, in words. */
export function attributedLines(
  attributed: AttributedView | undefined,
  attribution: AttributionView | undefined,
  width: number,
): readonly string[] {
  if (attribution === undefined) return [];
  if (attributed === undefined) return refusedLines(attribution, width);
  return wrapText(attributedWords(attributed, attribution), width);
}

function attributedWords(
  { state, credits = 0, statements = 0 }: AttributedView,
  { lateHours, keptDays }: AttributionView,
): string {
  const some = `Snowflake attributes ${creditsFigure(credits)} credits to ${formatRows(statements)} of its statements`;
  const late = `that comes up to ${lateHours} hours late`;
  switch (state) {
    case 'complete':
      return some;
    case 'so_far':
      return `${some} so far: ${late}`;
    case 'none_yet':
      return `Snowflake attributes nothing to it yet: ${late}`;
    case 'none':
      return 'Snowflake attributes nothing to it';
    case 'forgotten':
      return `Snowflake knows no more what it attributed to it: that is kept for ${keptDays} days`;
  }
}

/** Below a table of runs. */
export function attributionNote(
  attribution: AttributionView | undefined,
  width: number,
): readonly string[] {
  if (attribution === undefined) return [];
  if (attribution.refused !== undefined) return ['', ...refusedLines(attribution, width)];
  const note = `Credits: Snowmelt's own estimate. Attributed: by Snowflake, without idle time, up to ${attribution.lateHours} hours late.`;
  return ['', ...wrapText(note, width)];
}

/** What is to be copied is never wrapped. */
function refusedLines({ refused = '', grant = '' }: AttributionView, width: number) {
  const why = `${yellow('–')} Snowflake does not tell this role what it attributes to runs: ${refused.replaceAll(/\s+/gu, ' ')}`;
  const fix = `  ${cyan('Fix:')} Have ACCOUNTADMIN grant the role what shows it; Snowmelt's own estimate needs nothing.`;
  return [...wrapText(why, width), ...wrapText(fix, width), `    in Snowflake: ${bold(grant)}`];
}
