import { Readable } from 'node:stream';

/** Bytes that may lie ready before the generator waits for the reader. */
const highWaterMark = 256 * 1024;

/**
 * A stream of what a generator yields, which asks for more only when its reader does. The signal
 * given to the generator is aborted with the stream, however that ends, so that nothing is left
 * waiting for data that nobody wants.
 */
export function byteStream(
  generate: (signal: AbortSignal) => AsyncGenerator<Buffer, void>,
  signal: AbortSignal,
): Readable {
  const end = new AbortController();
  const source = generate(end.signal);
  const stop = (): void => {
    stream.destroy(signal.reason as Error);
  };
  const stream = new Readable({
    highWaterMark,
    read() {
      source.next().then(
        ({ done, value }) => stream.push(done === true ? null : value),
        (error: unknown) => stream.destroy(error as Error),
      );
    },
    destroy(error, done) {
      signal.removeEventListener('abort', stop);
      end.abort(error ?? new Error('The stream was closed.'));
      source.return().catch(() => undefined);
      done(error);
    },
  });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return stream;
}
