import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { createLogger, SnowmeltError, type RunReport, type TableReport } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { sendOtlp, wantsOtlp } from '../src/metrics/otlp.ts';
import { formatPrometheus, serveMetrics } from '../src/metrics/prometheus.ts';
import { gatherMetrics, metricFacts } from '../src/metrics/run-metrics.ts';

const key = 'sales/PROD.PUBLIC."A"->dwh.sales.a';
const merged = { inserted: 290, updated: 10, deleted: 0 } as const;
const figures = { rows: 300, bytes: 40, rejected: 2, merged, seconds: 7 } as const;
const ended = { key, status: 'failed', ...figures } as const;
const error = new SnowmeltError('TARGET.LOCKED', 'pid 7');
const report = {
  status: 'partial',
  stopped: false,
  rows: 300,
  bytes: 40,
  credits: 0.5,
} as RunReport;

/** A run whose table has had 100 rows before, loads 200 and fails. */
function run(metrics: ReturnType<typeof gatherMetrics>, others = metrics.observer): void {
  for (const observer of new Set([metrics.observer, others])) {
    observer.runOpened?.({ id: 'r1', resumed: true, snapshot: 's' });
    observer.tableStarted?.(key);
    observer.tablePlanned?.({ key, estimatedRows: 1000 } as never);
    observer.chunkLoaded?.(key, { id: 'a', rows: 100, bytes: 10, before: true });
    observer.tablePhase?.(key, 'loading');
    observer.chunkLoaded?.(key, { id: 'b', rows: 200, bytes: 30 });
    observer.chunkRetried?.(key, 'c', error);
    observer.tableEnded?.({ ...ended, error } as unknown as TableReport);
  }
}

describe('metrics of a run', () => {
  it('count what this process has done, and gauge how far the run is', () => {
    const metrics = gatherMetrics([key]);
    run(metrics);
    metrics.ended(report);
    const lines = formatPrometheus(metrics.read()).split('\n');
    const label = 'table="sales/PROD.PUBLIC.\\"A\\"->dwh.sales.a"';
    expect(lines).toContain('# TYPE snowmelt_rows_total counter');
    expect(lines).toContain(`snowmelt_rows_total{${label}} 200`);
    expect(lines).toContain(`snowmelt_rows_found{${label}} 300`);
    expect(lines).toContain(`snowmelt_rows_expected{${label}} 1000`);
    expect(lines).toContain(`snowmelt_chunk_retries_total{${label}} 1`);
    expect(lines).toContain(`snowmelt_rows_merged{${label},what="updated"} 10`);
    expect(lines).toContain(`snowmelt_table_state{${label},state="failed"} 1`);
    expect(lines).toContain('snowmelt_run_info{run="r1"} 1');
    expect(lines).toContain('snowmelt_run_ended{status="partial"} 1');
    expect(lines).toContain('snowmelt_credits 0.5');
    const told = new Set(metrics.read().map(({ name }) => name));
    expect([...told].sort()).toEqual(Object.keys(metricFacts).sort());
  });

  it('are served to this machine, and a port in use is told', async () => {
    const metrics = gatherMetrics([key]);
    run(metrics);
    await using server = await serveMetrics(0, metrics.read);
    const address = `http://127.0.0.1:${server.port}`;
    const answer = await fetch(`${address}/metrics`);
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
    expect(await answer.text()).toBe(formatPrometheus(metrics.read()));
    expect((await fetch(`${address}/other`)).status).toBe(404);
    await expect(serveMetrics(server.port, metrics.read)).rejects.toMatchObject({
      code: 'CLI.USAGE',
      message: expect.stringContaining('EADDRINUSE') as string,
    });
  });

  it('the dashboard and the page about monitoring name no others', () => {
    const root = new URL('../../../docs/', import.meta.url);
    for (const file of ['monitoring/grafana.json', 'monitoring.md']) {
      const named = readFileSync(new URL(file, root), 'utf8').match(/snowmelt_[a-z_]+/gu) ?? [];
      expect(new Set(named)).toEqual(new Set(Object.keys(metricFacts)));
    }
  });
});

/** As far as it is looked at. */
interface Otlp {
  readonly resourceMetrics?: readonly {
    readonly resource: { readonly attributes: readonly object[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly { readonly name: string; readonly sum?: object }[];
    }[];
  }[];
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly name: string; traceId: string; spanId: string }[];
    }[];
  }[];
}

describe('OpenTelemetry', () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }, false],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c', OTEL_METRICS_EXPORTER: 'none' }, false],
  ])('%j asks for it: %s', (env, wanted) => expect(wantsOtlp(env)).toBe(wanted));

  it('a collector gets metrics and spans, with headers and resource of the environment', async () => {
    const got = new Map<string, { body: Otlp; headers: object }>();
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        got.set(request.url ?? '', { body: JSON.parse(body) as Otlp, headers: request.headers });
        response.end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' ? bound?.port : 0;
    const metrics = gatherMetrics([key]);
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod',
      OTEL_SERVICE_NAME: 'night',
    };
    const log: string[] = [];
    const sender = sendOtlp(
      metrics.read,
      env,
      createLogger('debug', ({ event }) => log.push(event)),
    );
    run(metrics, sender.observer);
    sender.ended(report);
    await sender[Symbol.asyncDispose]();
    server.close();
    expect(log).toEqual([]);
    const sent = got.get('/v1/metrics');
    expect(sent?.headers).toMatchObject({ 'x-key': 'a b', 'content-type': 'application/json' });
    const [resource] = sent?.body.resourceMetrics ?? [];
    expect(resource?.resource.attributes).toEqual(
      expect.arrayContaining([
        { key: 'service.name', value: { stringValue: 'night' } },
        { key: 'deployment.environment', value: { stringValue: 'prod' } },
      ]),
    );
    const told = resource?.scopeMetrics[0]?.metrics ?? [];
    const rows = told.find(({ name }) => name === 'snowmelt_rows_total');
    expect(rows?.sum).toMatchObject({ isMonotonic: true, dataPoints: [{ asDouble: 200 }] });
    const spans = got.get('/v1/traces')?.body.resourceSpans?.[0]?.scopeSpans[0]?.spans ?? [];
    const [root, table] = spans;
    expect(root?.name).toBe('snowmelt run');
    expect(table).toMatchObject({
      traceId: root?.traceId,
      parentSpanId: root?.spanId,
      status: { code: 2, message: 'TARGET.LOCKED: pid 7' },
      events: [{ name: 'loading' }, { name: 'tried again: TARGET.LOCKED' }],
    });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, /metrics|traces/u],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      /gRPC is not spoken/u,
    ],
  ])('what can not be sent is told once: %j', async (env, message) => {
    const told: unknown[] = [];
    const log = createLogger('debug', ({ event, fields }) => told.push({ event, ...fields }));
    await sendOtlp(() => [], env, log)[Symbol.asyncDispose]();
    expect(told).toEqual([
      { event: 'telemetry_not_sent', message: expect.stringMatching(message) as string },
    ]);
  });
});
