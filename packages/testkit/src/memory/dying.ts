import type { Adapters } from '@snowmelt/core';

/** A process that dies: from its `nth` call on, every call to an adapter ends in this. */
export class Killed extends Error {}

/**
 * Adapters that stop answering at their `nth` call. As with a real kill, the call itself may have
 * done its work: every second one dies after it, the others before.
 */
export function dying<A extends Adapters>(adapters: A, nth: number) {
  let calls = 0;
  let dead = false;
  const wrap = <T extends object>(adapter: T): T =>
    aroundCalls(adapter, (name, work) => {
      if (name === 'fractionDigits') return work();
      // By a timer, as many as chance has it, or after the end; nothing rests on them.
      if (name === 'seen' || name === 'left') return dead ? killed(undefined) : work();
      const streams = name === 'plan' || name === 'extract';
      return call(work, streams ? killedAfter : killed);
    });
  const call = (work: () => unknown, die: (after: unknown) => unknown): unknown => {
    calls += 1;
    if (dead || (calls >= nth && nth % 2 === 0)) {
      dead = true;
      return die([]);
    }
    if (calls < nth) return work();
    dead = true;
    return die(work());
  };
  return {
    calls: () => calls,
    adapters: {
      source: wrap(adapters.source),
      target: wrap(adapters.target),
      status: wrap(adapters.status),
    },
  };
}

/** An adapter that does something around each call of it and of its capabilities. */
export function aroundCalls<T extends object>(
  adapter: T,
  around: (name: string, call: () => unknown) => unknown,
): T {
  return new Proxy(adapter, {
    get(object, name, receiver) {
      const value: unknown = Reflect.get(object, name, receiver);
      if (isCapability(value)) return aroundCalls(value, around);
      if (typeof value !== 'function' || typeof name === 'symbol') return value;
      return (...args: unknown[]) => around(name, () => value.apply(object, args) as unknown);
    },
  });
}

function isCapability(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

async function killed(after: unknown): Promise<never> {
  await after;
  throw new Killed();
}

async function* killedAfter(items: unknown): AsyncGenerator {
  yield* items as AsyncIterable<unknown>;
  throw new Killed();
}
