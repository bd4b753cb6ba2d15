import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import type { Logger, RunObserver, RunReport, TableKey } from '@snowmelt/core';

import type { Metric } from './run-metrics.ts';

export type OtelEnvironment = Readonly<Record<string, string | undefined>>;

/** Sends what is gathered to an OpenTelemetry collector. */
export interface OtlpSender extends AsyncDisposable {
  readonly observer: RunObserver;
  readonly ended: (report: RunReport) => void;
}

const patienceMs = 10_000;

/** Whether the standard variables ask for it (opentelemetry.io/docs/specs/otel/protocol/exporter). */
export function wantsOtlp(env: OtelEnvironment): boolean {
  const disabled = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  return !disabled && (addressOf('metrics', env) ?? addressOf('traces', env)) !== undefined;
}

/**
 * OTLP over HTTP in its JSON form (opentelemetry.io/docs/specs/otlp), which every collector takes at
 * the same port as the binary one: metrics at the standard interval and in the end, spans of the run
 * and its tables in the end. What can't be sent is told once, and changes nothing of the run.
 */
export function sendOtlp(
  read: () => readonly Metric[],
  env: OtelEnvironment,
  log: Logger,
): OtlpSender {
  const began = Date.now();
  const spans = gatherSpans(began);
  const post = poster(env, log);
  const sendMetrics = (): Promise<void> => post('metrics', metricsBody(read(), env, began));
  const every = Number(env['OTEL_METRIC_EXPORT_INTERVAL'] ?? 60_000) || 60_000;
  const timer = setInterval(() => void sendMetrics(), every);
  timer.unref();
  return {
    observer: spans.observer,
    ended: spans.ended,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all([sendMetrics(), post('traces', tracesBody(spans.read(), env))]);
    },
  };
}

type Signal = 'metrics' | 'traces';

function addressOf(signal: Signal, env: OtelEnvironment): string | undefined {
  const word = signal.toUpperCase();
  if (env[`OTEL_${word}_EXPORTER`] === 'none') return undefined;
  const own = env[`OTEL_EXPORTER_OTLP_${word}_ENDPOINT`];
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (own !== undefined && own !== '') return own;
  return base === undefined || base === '' ? undefined : `${base.replace(/\/$/u, '')}/v1/${signal}`;
}

function poster(env: OtelEnvironment, log: Logger) {
  let told = false;
  const tell = (message: string): void => {
    if (!told) log.warn('telemetry_not_sent', { message });
    told = true;
  };
  return async (signal: Signal, body: object): Promise<void> => {
    const address = addressOf(signal, env);
    if (address === undefined) return;
    if (env['OTEL_EXPORTER_OTLP_PROTOCOL'] === 'grpc') {
      tell('OTLP over gRPC is not spoken: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json and its port');
      return;
    }
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headersOf(env) },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(patienceMs),
      });
      await response.body?.cancel();
      if (!response.ok) tell(`${signal}: HTTP status ${response.status}`);
    } catch (error) {
      const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
      tell(`${signal}: ${code ?? (error as Error).name}`);
    }
  };
}

/** `key=value,key=value`, with %-escapes. */
function listOf(text = ''): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 1 ? [] : [[pair.slice(0, at).trim(), unescaped(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function headersOf(env: OtelEnvironment): Readonly<Record<string, string>> {
  return listOf(env['OTEL_EXPORTER_OTLP_HEADERS']);
}

function resourceOf(env: OtelEnvironment): object {
  const named = env['OTEL_SERVICE_NAME'];
  const all = {
    'service.name': 'snowmelt',
    'host.name': hostname(),
    ...listOf(env['OTEL_RESOURCE_ATTRIBUTES']),
    ...(named === undefined || named === '' ? {} : { 'service.name': named }),
  };
  return { attributes: attributesOf(all) };
}

type Values = Readonly<Record<string, string | number | boolean>>;

function attributesOf(values: Values): readonly object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'boolean') return { boolValue: value };
  return typeof value === 'number' ? { doubleValue: value } : { stringValue: value };
}

const scope = { name: 'snowmelt' };
const nano = (ms: number): string => `${Math.round(ms)}000000`;
/** Of counters: since the process began. */
const cumulative = 2;

function metricsBody(metrics: readonly Metric[], env: OtelEnvironment, began: number): object {
  const now = nano(Date.now());
  const told = metrics
    .filter(({ points }) => points.length > 0)
    .map(({ name, help, unit, kind, points }) => {
      const dataPoints = points.map(({ labels, value }) => ({
        attributes: attributesOf(labels),
        startTimeUnixNano: nano(began),
        timeUnixNano: now,
        asDouble: value,
      }));
      const counter = { aggregationTemporality: cumulative, isMonotonic: true, dataPoints };
      const data = kind === 'counter' ? { sum: counter } : { gauge: { dataPoints } };
      return { name, description: help, unit, ...data };
    });
  return {
    resourceMetrics: [{ resource: resourceOf(env), scopeMetrics: [{ scope, metrics: told }] }],
  };
}

interface Span {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  endedAt?: number;
  failure?: string;
  attributes: Values;
  readonly events: { readonly name: string; readonly at: number }[];
}

function beginSpan(name: string, attributes: Values, startedAt = Date.now()): Span {
  return { id: randomBytes(8).toString('hex'), name, startedAt, attributes, events: [] };
}

/** One span of the run and one of each table, with its phases and tries as events. */
function gatherSpans(began: number) {
  const run = beginSpan('snowmelt run', {}, began);
  const tables = new Map<TableKey, Span>();
  const happens = (key: TableKey, name: string): void =>
    void tables.get(key)?.events.push({ name, at: Date.now() });
  const observer: RunObserver = {
    runOpened: ({ id, resumed, snapshot }) =>
      Object.assign(run, { attributes: { run: id, resumed, snapshot } }),
    tableStarted: (key) => void tables.set(key, beginSpan('snowmelt table', { table: key })),
    tablePhase: happens,
    chunkRetried: (key, _chunk, { code }) => happens(key, `tried again: ${code}`),
    tableEnded({ key, status, rows, bytes, error }) {
      const span = tables.get(key);
      if (span === undefined) return;
      const attributes = { ...span.attributes, status, rows, bytes };
      const failure = error === undefined ? {} : { failure: `${error.code}: ${error.message}` };
      Object.assign(span, { endedAt: Date.now(), attributes, ...failure });
    },
  };
  return {
    observer,
    ended: ({ status, stopped, rows, bytes }: RunReport): void => {
      const attributes = { ...run.attributes, status, stopped, rows, bytes };
      const failure = status === 'failed' ? { failure: 'the run failed' } : {};
      Object.assign(run, { attributes, ...failure });
    },
    read: (): { readonly run: Span; readonly tables: readonly Span[] } => ({
      run,
      tables: [...tables.values()],
    }),
  };
}

function tracesBody(
  { run, tables }: { readonly run: Span; readonly tables: readonly Span[] },
  env: OtelEnvironment,
): object {
  const traceId = randomBytes(16).toString('hex');
  const told = (span: Span, parentSpanId: string): object => ({
    traceId,
    spanId: span.id,
    parentSpanId,
    name: span.name,
    kind: 1,
    startTimeUnixNano: nano(span.startedAt),
    endTimeUnixNano: nano(span.endedAt ?? Date.now()),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, at }) => ({ name, timeUnixNano: nano(at) })),
    status: span.failure === undefined ? {} : { code: 2, message: span.failure },
  });
  const spans = [told(run, ''), ...tables.map((table) => told(table, run.id))];
  return { resourceSpans: [{ resource: resourceOf(env), scopeSpans: [{ scope, spans }] }] };
}
