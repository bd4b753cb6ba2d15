import type { TableRef } from '@snowmelt/core';

import type { FailureView } from '../failure/show-failure.ts';
import { formatBytes, formatCredits, formatDuration, formatRows } from '../show/quantities.ts';
import {
  formatRef,
  mergedWords,
  verifiedWords,
  type RunView,
  type TableView,
} from '../show/run-report.ts';

/** What there is to report: of a run that threw, its failure. */
export type Reported = RunView | { readonly error: FailureView };

/** One page that asks for nothing else, for a mail or an archive. */
export function htmlReport(reported: Reported): string {
  const [title, body] =
    'error' in reported
      ? ['Snowmelt: the run failed', failure(reported.error)]
      : [`Snowmelt run ${reported.run}: ${outcomeOf(reported)}`, ofRun(reported)];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
<main>
<h1>${escape(title)}</h1>
${body}
</main>
</html>
`;
}

function outcomeOf({ stopped, status, limit }: RunView): string {
  if (stopped) return 'stopped with work left';
  return limit !== undefined && status === 'partial' ? 'a first try' : status;
}

function ofRun(run: RunView): string {
  const done = run.tables.filter(({ status }) => ['completed', 'skipped'].includes(status)).length;
  const facts = [
    `${done} of ${run.tables.length} tables`,
    `${formatRows(run.rows)} rows`,
    ...(run.limit === undefined ? [] : [`${formatRows(run.limit)} of each table at most`]),
    ...(run.rejected === 0 ? [] : [`${formatRows(run.rejected)} refused`]),
    formatBytes(run.bytes),
    formatDuration(run.seconds),
    ...(run.resumed ? ['resumed'] : []),
    ...(run.credits === undefined ? [] : [formatCredits(run.credits)]),
  ];
  const heads = ['Source', 'Target', 'Status', 'Rows', 'Size', 'Chunks', 'Time', 'Verified'];
  return `<p>${escape(facts.join(' · '))}</p>
${run.credits === undefined ? '' : attributedLater(run.run)}<div class="wide"><table>
<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>
${run.tables.map(tableRow).join('\n')}
</tbody></table></div>
${run.tables.map(remarks).join('')}`;
}

/** The figure above is our own estimate. */
function attributedLater(run: string): string {
  const command = escape(`snowmelt status --run ${run} --attributed`);
  return `<p>Hours later, what Snowflake itself attributes to it: <code>${command}</code>, with the same configuration.</p>\n`;
}

function tableRow(table: TableView): string {
  const cells = [
    formatRef(table.source),
    formatRef(table.target),
    table.status,
    formatRows(table.rows),
    formatBytes(table.bytes),
    formatRows(table.chunks),
    formatDuration(table.seconds),
    verifiedWords(table),
  ];
  return `<tr class="${table.status}">${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
}

function remarks(table: TableView): string {
  const found = table.findings.map(({ code, message, fix }) => failure({ code, message, fix }));
  const merged = table.merged === undefined ? [] : [mergedWords(table.merged)];
  const notices = [...merged, ...table.notices].map((notice) => `<p>${escape(notice)}</p>`);
  const failed = table.error === undefined ? [] : [failure(table.error)];
  const all = [...failed, ...found, ...notices];
  return all.length === 0 ? '' : `<section>${heading(table.source)}${all.join('')}</section>\n`;
}

function heading(ref: TableRef): string {
  return `<h2>${escape(formatRef(ref))}</h2>`;
}

function failure({ code, message, fix }: Pick<FailureView, 'message' | 'fix'> & { code: string }) {
  return `<p><strong>${escape(code)}</strong>: ${escape(message)}<br>Fix: ${escape(fix)}</p>`;
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/gu, (character) => entities[character] ?? '');
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
main { max-width: 80rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } h2 { font-size: 1rem; margin: 1.5rem 0 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8886 }
td:nth-child(n+4):nth-child(-n+7), th:nth-child(n+4):nth-child(-n+7) { text-align: right }
td { font-variant-numeric: tabular-nums; white-space: nowrap }
tr.failed td:nth-child(3) { color: #c62828; font-weight: bold }
tr.completed td:nth-child(3) { color: #2e7d32 }
p { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 }
`;
