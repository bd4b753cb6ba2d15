import type {
  ClearedStage,
  RepairedSession,
  RepairedGathering,
  RepairedTable,
} from '@snowmelt/core';
import { green, red, yellow } from 'ansis';

import { formatFailure } from '../failure/show-failure.ts';
import type { RepairView } from '../repair/repair-all.ts';
import { formatFindings } from './findings.ts';
import { formatRef } from './run-report.ts';

const done = green('✔');
const left = yellow('–');
const failed = red('✘');

/** Nothing is left to be done, unless somebody wants to. */
export function isSettled(view: RepairView): boolean {
  const { dryRun, databases, stages, errors = [] } = view;
  const gathered = databases.flatMap((report) => report.gathered);
  const sessions = databases.flatMap((report) => report.sessions);
  const tables = databases.flatMap((report) => report.tables);
  const found = [...gathered, ...sessions, ...stages].map(({ outcome }) => outcome);
  if (dryRun) {
    return tables.length === 0 && !found.some((outcome) => ['removed', 'ended'].includes(outcome));
  }
  return (
    errors.length === 0 &&
    tables.every(({ busy, findings }) => !busy && findings.length === 0) &&
    gathered.every(({ outcome }) => outcome === 'removed' || outcome === 'kept') &&
    sessions.every(({ outcome }) => outcome !== 'not-allowed')
  );
}

export function formatRepair({ dryRun, databases, stages, errors = [] }: RepairView) {
  const tables = databases.flatMap((report) => report.tables);
  const [ended, removed] = dryRun ? ['would be ended', 'would be removed'] : ['ended', 'removed'];
  return [
    ...databases.flatMap((report) => report.sessions.map((one) => formatSession(one, ended))),
    ...(tables.length === 0
      ? ['Nothing is missing.']
      : tables.flatMap((table) => formatTable(table, dryRun))),
    ...databases.flatMap((report) => report.gathered.map((one) => formatGathered(one, removed))),
    ...stages.map((stage) => formatStage(stage, removed)),
    ...errors.flatMap(formatFailure),
  ];
}

function formatTable(table: RepairedTable, dryRun: boolean): readonly string[] {
  const name = formatRef(table.target);
  const { owed, findings, busy } = table;
  if (busy) return [`${left} ${name}: a run is loading it; it was left alone`];
  if (dryRun) return [`${left} ${name}: would be brought back: ${owed.join(', ')}`];
  const back = owed.length - findings.length;
  return [
    `${findings.length === 0 ? done : failed} ${name}: ${back} of ${owed.length} indexes and constraints are back`,
    ...formatFindings(findings).map((line) => `    ${line}`),
  ];
}

function formatGathered(
  { place, outcome, run, target }: RepairedGathering,
  removed: string,
): string {
  const of =
    run === undefined || target === undefined
      ? 'that no run has'
      : `of run ${run} for ${formatRef(target)}`;
  const what = `what was gathered in snowmelt.${place}, ${of}`;
  switch (outcome) {
    case 'removed':
      return `${done} ${removed}: ${what}`;
    case 'kept':
      return `${left} kept: ${what}; the run can go on with it, or --drop-shadows removes it`;
    case 'busy':
      return `${left} left alone: ${what}; a run is loading that table`;
    case 'not-owned':
      return `${failed} another role owns it: ${what}; let that role run snowmelt repair, or drop the table`;
  }
}

function formatSession({ id, run, since, outcome }: RepairedSession, ended: string): string {
  const what = `the session with pid ${id} of run ${run}, at work since ${since}`;
  switch (outcome) {
    case 'ended':
      return `${done} ${ended}: ${what}; its process is gone`;
    case 'busy':
      return `${left} left alone: ${what}, which is alive`;
    case 'unknown':
      return `${left} left alone: ${what}, which the status database does not know`;
    case 'not-allowed':
      return `${failed} may not be ended: ${what}; as a superuser: SELECT pg_terminate_backend(${id});`;
  }
}

function formatStage({ name, run, created, outcome }: ClearedStage, removed: string): string {
  const what = `the stage ${name} of run ${run}${created === undefined ? '' : `, made at ${created}`}`;
  switch (outcome) {
    case 'removed':
      return `${done} ${removed}: ${what}`;
    case 'kept':
      return `${left} kept: ${what}, which can go on with its files`;
    case 'busy':
      return `${left} left alone: ${what}, which is alive`;
    case 'unknown':
      return `${left} left alone: ${what}, which the status database does not know; if nobody needs it: DROP STAGE ${name};`;
  }
}
