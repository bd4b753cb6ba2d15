import type { StatusStore } from '../../contract/status-store.ts';

/** What the store has, after a stop, for all that is still to be said to it; milliseconds. */
const graceMs = 3000;

/**
 * The store, whose calls are given up a moment after the signal, with its reason: a database that is
 * away is waited for by a run, but not by one that is to stop. What the store was not told, the next
 * run finds out, as after a kill.
 */
export function endWithStop(status: StatusStore, signal: AbortSignal): StatusStore {
  const waiting = new Set<(reason: unknown) => void>();
  let over = false;
  const giveUp = (): void => {
    over = true;
    for (const reject of waiting) reject(signal.reason);
    waiting.clear();
  };
  const grace = (): void => void setTimeout(giveUp, graceMs).unref();
  if (signal.aborted) grace();
  else signal.addEventListener('abort', grace, { once: true });
  const bounded = (call: () => unknown): unknown => {
    if (over) return Promise.reject(signal.reason);
    const answer = call();
    if (!(answer instanceof Promise)) return answer;
    const { promise, resolve, reject } = Promise.withResolvers();
    waiting.add(reject);
    answer.then(resolve, reject);
    return promise.finally(() => waiting.delete(reject));
  };
  return wrap(status, bounded);
}

/** Methods, also those of parts such as `sharing`; whoever made the store disposes of it. */
function wrap<T extends object>(whole: T, bounded: (call: () => unknown) => unknown): T {
  const wrapped = new Map<unknown, unknown>();
  const wrapPart = (part: unknown): unknown => {
    if (typeof part === 'function') {
      return (...values: unknown[]) => bounded(() => Reflect.apply(part, whole, values));
    }
    return isPart(part) ? wrap(part, bounded) : part;
  };
  return new Proxy(whole, {
    get(target, key) {
      const part: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol') return part;
      if (!wrapped.has(key)) wrapped.set(key, wrapPart(part));
      return wrapped.get(key);
    },
  });
}

function isPart(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
