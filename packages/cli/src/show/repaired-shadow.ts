import type { RepairedShadow } from '@snowmelt/core';
import { green, red, yellow } from 'ansis';

import { formatRef } from './run-report.ts';

/** Nothing is left to be done about it, unless somebody wants to. */
export function isSettled({ outcome }: RepairedShadow): boolean {
  return outcome === 'removed' || outcome === 'kept';
}

export function formatShadow({ shadow, outcome, run, target }: RepairedShadow): string {
  const of =
    run === undefined || target === undefined
      ? 'that no run has'
      : `of run ${run} for ${formatRef(target)}`;
  const what = `rows gathered in snowmelt.${shadow}, ${of}`;
  switch (outcome) {
    case 'removed':
      return `${green('✔')} removed: ${what}`;
    case 'kept':
      return `${yellow('–')} kept: ${what}; the run can go on with them, or --drop-shadows removes them`;
    case 'busy':
      return `${yellow('–')} left alone: ${what}; a run is loading that table`;
    case 'not-owned':
      return `${red('✘')} another role owns it: ${what}; let that role run snowmelt repair, or drop the table`;
  }
}
