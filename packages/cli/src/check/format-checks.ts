import { bold, green, red, yellow } from 'ansis';

import { formatFailure } from '../failure/show-failure.ts';
import { countOf } from '../plan/format-table-plan.ts';
import { formatFindings } from '../show/findings.ts';
import { sharedPlace, tableNames, type NamedTable } from '../show/table-names.ts';
import { truncateText, wrapText } from '../terminal/text-width.ts';
import type { Check, CheckView } from './check-config.ts';

/** Connections, then tables under what their names have in common, then what it comes to. */
export function formatChecks({ checks }: CheckView, width: number): readonly string[] {
  const tables = checks.filter(isTable);
  const connections = checks.filter((one) => !isTable(one));
  const names = tableNames(tables, width - 2);
  const place = sharedPlace(tables, names);
  const lines = [
    ...connections.flatMap((one) =>
      formatCheck(one, one.detail === undefined ? one.name : `${one.name}: ${one.detail}`),
    ),
    ...(tables.length === 0 ? [] : ['']),
    ...(place === '' ? [] : [bold(place)]),
    ...tables.flatMap((one, at) => formatCheck(one, truncateText(names[at] ?? '', width - 2))),
    '',
    totals(checks, tables.length),
  ];
  return lines.flatMap((line) => wrapText(line, width));
}

function isTable(check: Check): check is Check & NamedTable {
  return check.source !== undefined && check.target !== undefined;
}

function formatCheck({ ok, findings, error }: Check, what: string): readonly string[] {
  const told = [...formatFindings(findings), ...(error === undefined ? [] : formatFailure(error))];
  return [
    `${ok ? green('✔') : red('✘')} ${what}`,
    ...told.flatMap((line) => line.split('\n')).map((line) => `    ${line}`),
  ];
}

function totals(checks: readonly Check[], tables: number): string {
  const failed = checks.filter(({ ok }) => !ok).length;
  const warned = checks.filter(({ ok, findings }) => ok && findings.length > 0).length;
  const words = [
    ...(failed === 0 ? [] : [red(`${failed} failed`)]),
    ...(warned === 0 ? [] : [yellow(`${warned} with warnings`)]),
    ...(failed + warned === 0 ? ['all is well'] : []),
  ];
  const later = tables > 0 ? '' : ' Tables are looked at once both sides can be reached.';
  return `${countOf(checks.length, 'check')}: ${words.join(', ')}.${later}`;
}
