import type { Config } from '@snowmelt/core';

import type { Deadline } from './deadline.ts';
import type { Invocation } from './event.ts';
import type { Telemetry } from './telemetry.ts';
import type { Tracing } from './tracing.ts';
import type { WarmSource } from './warm-source.ts';

/** What an action has in hand. */
export interface Work {
  readonly config: Config;
  readonly invocation: Invocation;
  readonly deadline: Deadline;
  readonly telemetry: Telemetry;
  /** Milliseconds. */
  readonly remaining: () => number;
  readonly warm: WarmSource;
  readonly tracing: Tracing;
  /** Invocations that may load at one time. */
  readonly mostLoaders: number;
}
