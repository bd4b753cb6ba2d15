import type { Environment, RunObserver } from '@snowmelt/core';

/** What an invocation does, for AWS X-Ray; nothing where its tracing is off. */
export interface Tracing {
  /** Runs `work` as a segment of this name, with annotations to search by. */
  within<T>(name: string, about: Annotations, work: () => Promise<T>): Promise<T>;
  /** Tells of each table, and of each phase of it, how long it took. */
  observe(told: RunObserver): RunObserver;
}

type Annotations = Readonly<Record<string, string | number | boolean>>;

const none: Tracing = {
  within: (_name, _about, work) => work(),
  observe: (told) => told,
};

/**
 * By the tracer of Powertools, which is loaded only where Lambda says that the invocation is traced: it
 * takes a tenth of a second (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
 */
export async function openTracing(env: Environment): Promise<Tracing> {
  if (env['_X_AMZN_TRACE_ID'] === undefined || env['AWS_XRAY_DAEMON_ADDRESS'] === undefined) {
    return none;
  }
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  const tracer = new Tracer({ serviceName: 'snowmelt', captureHTTPsRequests: false });
  return {
    async within(name, about, work) {
      const parent = tracer.getSegment();
      const segment = parent?.addNewSubsegment(name);
      if (segment !== undefined) tracer.setSegment(segment);
      try {
        for (const [key, value] of Object.entries(about)) tracer.putAnnotation(key, value);
        return await work();
      } catch (error) {
        if (error instanceof Error) tracer.addErrorAsMetadata(error);
        throw error;
      } finally {
        segment?.close();
        if (parent !== undefined) tracer.setSegment(parent);
      }
    },
    observe: (told) => observeTables(told, (name) => tracer.getSegment()?.addNewSubsegment(name)),
  };
}

interface Segment {
  addNewSubsegment(name: string): Segment;
  addAnnotation(key: string, value: string | number | boolean): void;
  close(): void;
}

/** Tables run side by side, so each has a segment of its own under the invocation's. */
export function observeTables(
  told: RunObserver,
  begin: (name: string) => Segment | undefined,
): RunObserver {
  const tables = new Map<string, { table: Segment | undefined; phase?: Segment | undefined }>();
  return {
    ...told,
    tableStarted(key) {
      tables.set(key, { table: begin(nameOf(key)) });
      told.tableStarted?.(key);
    },
    tablePhase(key, phase) {
      const open = tables.get(key);
      open?.phase?.close();
      if (open !== undefined) open.phase = open.table?.addNewSubsegment(phase);
      told.tablePhase?.(key, phase);
    },
    tableEnded(report) {
      const { table, phase } = tables.get(report.key) ?? {};
      phase?.close();
      table?.addAnnotation('status', report.status);
      table?.addAnnotation('rows', report.rows);
      table?.close();
      tables.delete(report.key);
      told.tableEnded?.(report);
    },
  };
}

/** Letters, digits and some signs alone (docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html). */
function nameOf(key: string): string {
  return `table ${key.replaceAll(/[^\w .:/%&#=+\\@-]/gu, '_')}`.slice(0, 200);
}
