import { spawn } from 'node:child_process';
import { hostname } from 'node:os';

import { reveal, type Config, type Logger, type RunReport, type SecretText } from '@snowmelt/core';

type NotifyConfig = NonNullable<Config['notify']>;

/** What is sent: one JSON document, to a webhook or on a command's standard input. */
export interface RunNotice {
  readonly event: 'run_ended';
  /** `error`: the run could not be opened, or broke off. */
  readonly outcome: RunReport['status'] | 'stopped' | 'error';
  /** One line for people. */
  readonly text: string;
  readonly host: string;
  readonly run?: string;
  readonly resumed?: boolean;
  readonly rows?: number;
  readonly rejected?: number;
  readonly bytes?: number;
  readonly seconds?: number;
  readonly tables?: readonly TableNotice[];
  readonly error?: NoticedError;
}

interface TableNotice {
  readonly source: string;
  readonly target: string;
  readonly status: string;
  readonly rows: number;
  readonly seconds: number;
  readonly error?: NoticedError;
}

interface NoticedError {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

export function noticeOf(report: RunReport): RunNotice {
  const outcome = report.stopped ? 'stopped' : report.status;
  const failed = report.tables.filter(({ status }) => status === 'failed').length;
  const done = report.tables.filter(({ status }) => ['completed', 'skipped'].includes(status));
  const text = [
    `Snowmelt run ${report.run} ${outcome === 'stopped' ? 'was stopped' : `ended: ${outcome}`}`,
    `${done.length} of ${report.tables.length} tables`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    `${report.rows.toLocaleString('en-US')} rows`,
    ...(report.limit === undefined
      ? []
      : [`${report.limit.toLocaleString('en-US')} of each table at most`]),
    ...(report.rejected === 0 ? [] : [`${report.rejected.toLocaleString('en-US')} refused`]),
    `${Math.round(report.seconds)} s`,
  ].join(', ');
  const { run, resumed, rows, rejected, bytes, seconds } = report;
  const figures = { run, resumed, rows, rejected, bytes, seconds };
  return {
    event: 'run_ended',
    outcome,
    text,
    host: hostname(),
    ...figures,
    tables: report.tables.map(tableNotice),
  };
}

/** Of a run that threw; `error` as it is shown. */
export function noticeOfError(error: NoticedError): RunNotice {
  const { code, message, fix } = error;
  const text = `Snowmelt run failed: ${code}: ${message}`;
  const said = { code, message, fix };
  return { event: 'run_ended', outcome: 'error', text, host: hostname(), error: said };
}

function tableNotice({
  source,
  target,
  error,
  ...table
}: RunReport['tables'][number]): TableNotice {
  const name = (ref: typeof source): string => `${ref.database}.${ref.schema}.${ref.name}`;
  return {
    source: name(source),
    target: name(target),
    status: table.status,
    rows: table.rows,
    seconds: table.seconds,
    ...(error === undefined
      ? {}
      : { error: { code: error.code, message: error.message, fix: error.fix } }),
  };
}

/** Tells all that `notify` names. Whatever becomes of that is logged, and changes nothing of the run. */
export async function notifyEnd(
  notify: NotifyConfig | undefined,
  notice: RunNotice,
  log: Logger,
): Promise<void> {
  if (notify === undefined) return;
  if (notify.on === 'trouble' && notice.outcome === 'completed') return;
  const { webhook, slack, command } = notify;
  const ways: readonly (readonly [way: string, tell: () => Promise<void>])[] = [
    ...(webhook === undefined ? [] : [['webhook', () => post(webhook, notice)] as const]),
    ...(slack === undefined ? [] : [['slack', () => post(slack, slackMessage(notice))] as const]),
    ...(command === undefined ? [] : [['command', () => call(command, notice)] as const]),
  ];
  await Promise.all(
    ways.map(async ([way, tell]) => {
      try {
        await tell();
        log.info('notified', { way, outcome: notice.outcome });
      } catch (error) {
        log.warn('notification_failed', { way, message: whyNot(error) });
      }
    }),
  );
}

/** An incoming webhook's form (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
function slackMessage(notice: RunNotice): object {
  const failures = (notice.tables ?? []).flatMap(({ source, error }) =>
    error === undefined
      ? []
      : [`• ${source}: ${error.code}: ${error.message}\n   Fix: ${error.fix}`],
  );
  const own = notice.error === undefined ? [] : [`Fix: ${notice.error.fix}`];
  return { text: escapeSlack([notice.text, ...own, ...failures].join('\n')) };
}

function escapeSlack(text: string): string {
  const most = 3000;
  const cut = text.length > most ? `${text.slice(0, most)} …` : text;
  return cut.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const patienceMs = 10_000;

async function post(url: SecretText, body: object): Promise<void> {
  const response = await fetch(reveal(url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`HTTP status ${response.status}`);
}

/** Without a shell, so that no name of a table is ever a command. */
function call(command: readonly string[], notice: RunNotice): Promise<void> {
  const [file = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['pipe', 'ignore', 'ignore'],
      signal: AbortSignal.timeout(patienceMs * 3),
    });
    child.on('error', reject);
    child.on('close', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`it ended with ${code ?? signal}`)),
    );
    // A command may end without reading.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(notice));
  });
}

/** Not the address: it is a secret. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return error.name === 'TypeError' ? 'the request could not be made' : error.message;
}
