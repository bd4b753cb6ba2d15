import { setTimeout as sleep } from 'node:timers/promises';

import { Random } from '../test/support/random.ts';
import { configFile, startSnowmelt, type Ended } from '../test/support/snowmelt.ts';
import { followFix, handsOn, type Manner } from './people.ts';
import { Place } from './place.ts';
import { signal } from './processes.ts';
import { decideFaults, decideScenario, type PlannedFault, type Scenario } from './scenario.ts';
import type { Servers } from './servers.ts';
import { strike, type Tally } from './strike.ts';

export interface Outcome extends Tally {
  lost: number;
  doubled: number;
  missing: number;
  stuck: boolean;
  /** What happened, for people. */
  readonly story: string[];
}

/** Commands without a fault that a run may take after its last fault. */
const mostCalmCommands = 3;
/** Looks, two seconds apart, at a run that processes of a killed command still work on. */
const mostWaits = 45;
const mostMilliseconds = 180_000;

interface Play {
  readonly scenario: Scenario;
  readonly place: Place;
  readonly outcome: Outcome;
  readonly people: boolean;
}

/** One run from its tables to the comparison of its rows, with all that befalls it. */
export async function playRun(
  servers: Servers,
  seed: number,
  options: { readonly people: boolean },
): Promise<Outcome> {
  const scenario = decideScenario(seed);
  const story = [`seed ${seed}: ${JSON.stringify(scenario)}`];
  const outcome = { kills: 0, faults: 0, lost: 0, doubled: 0, missing: 0, stuck: false, story };
  await using place = await Place.make(servers, scenario);
  const play: Play = { scenario, place, outcome, ...options };
  for (let round = 0; round < scenario.rounds && !outcome.stuck; round += 1) {
    if (round > 0) await place.changeSource(round);
    outcome.stuck = !(await untilCompleted(play, round));
    if (outcome.stuck) break;
    place.completed();
    const { lost, doubled, missing, changed } = await place.compare();
    outcome.lost += lost;
    outcome.doubled += doubled;
    outcome.missing += missing;
    story.push(`round ${round}: ${lost} lost, ${doubled} doubled`, ...changed);
    const left = await place.sessionsLeft();
    if (left > 0) story.push(`${left} sessions are left`);
    outcome.stuck = left > 0;
    if (lost + doubled + missing > 0) break;
  }
  return outcome;
}

/** The same command until it says completed. */
async function untilCompleted(play: Play, round: number): Promise<boolean> {
  const { scenario, place, outcome } = play;
  const random = new Random(scenario.seed * 31 + round);
  const manner: Manner = { threads: scenario.threads, flags: [] };
  const before = await place.completedRuns();
  let waits = 0;
  for (let attempt = 0, calm = 0; calm < mostCalmCommands; attempt += 1) {
    const faults = decideFaults(scenario.seed, round, attempt);
    if (faults.length === 0) calm += 1;
    const { flags } = manner;
    const ended = await command(play, manner, faults);
    outcome.story.push(`${attempt}: ${tellFaults(faults)} ${flags.join(' ')}: ${tellEnd(ended)}`);
    if (ended.code === null && faults.length === 0) return false;
    if (ended.stderr.includes('RUN.TABLE_BUSY') && waits < mostWaits) {
      waits += 1;
      if (faults.length === 0) calm -= 1;
      await sleep(2000);
      continue;
    }
    manner.flags.length = 0;
    const whole = !flags.includes('--table');
    if (ended.code === 0 && whole) return true;
    if (ended.code === null && whole && (await completedUnsaid(place, before))) {
      outcome.story.push('killed after its last word: the run is completed');
      return true;
    }
    if (!play.people) continue;
    const followed = await followFix(place, ended.stdout + ended.stderr);
    if (followed !== undefined) outcome.story.push(`followed: ${followed}`);
    else if (faults.length > 0) outcome.story.push(await handsOn(place, random, manner));
  }
  return false;
}

/** Whether a command that was killed had completed its run: one more would begin another. */
async function completedUnsaid(place: Place, before: readonly string[]): Promise<boolean> {
  await place.sessionsLeft();
  const now = await place.completedRuns();
  return now.some((run) => !before.includes(run));
}

async function command(
  { place, scenario, outcome }: Play,
  manner: Manner,
  faults: readonly PlannedFault[],
): Promise<Ended> {
  await place.servers.heal();
  await using config = await configFile(place.config(manner));
  const workers = scenario.workers > 1 ? ['--workers', String(scenario.workers)] : [];
  const running = startSnowmelt(['run', '--config', config.path, ...workers, ...manner.flags]);
  const pid = running.child.pid;
  if (pid === undefined) throw new Error('the command did not start');
  const over = new AbortController();
  const striking = faults.map(async (fault) => {
    await sleep(fault.at, undefined, { signal: over.signal }).catch(() => undefined);
    if (!over.signal.aborted) await strike(fault, { place, pid }, outcome);
  });
  const timer = setTimeout(() => signal(pid, 'SIGKILL'), mostMilliseconds);
  const ended = await running.ended;
  clearTimeout(timer);
  over.abort();
  await Promise.all(striking);
  return ended;
}

function tellFaults(faults: readonly PlannedFault[]): string {
  return faults.map(({ kind, at }) => `${kind} at ${at}`).join(', ') || 'calm';
}

function tellEnd({ code, stdout, stderr }: Ended): string {
  if (code === 0) return `completed${/ run=[0-9a-f]+/.exec(stderr)?.[0] ?? ''}`;
  const said = `${stdout}${stderr}`.trim().split('\n').slice(-12).join('\n    ');
  return `${code ?? 'killed'}\n    ${said}`;
}
