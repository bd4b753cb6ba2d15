/** A wait that lasts, for people. */
export interface Wait {
  /** Such as `Snowflake: a statement`. */
  readonly for: string;
  /** Host, or server and database. */
  readonly where: string;
  readonly seconds: number;
  /** What the other side says of it. Absent: nothing so far. */
  readonly says?: string;
}

export type TellWait = (wait: Wait) => void;

/** When a wait is told, in milliseconds from its beginning; then once in the last of these. */
const tellAfter = [15_000, 60_000, 180_000];

/** Tells a wait for as long as it is not disposed. `says` is asked each time. */
export function tellWait(
  tell: TellWait | undefined,
  wait: Pick<Wait, 'for' | 'where'>,
  says: () => string | undefined = () => undefined,
): Disposable {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    const waited = performance.now() - began;
    const [at = waited + (tellAfter.at(-1) ?? 0)] = tellAfter.filter(
      (after) => after > waited + 100,
    );
    timer = setTimeout(() => {
      const said = says();
      const seconds = Math.round((performance.now() - began) / 1000);
      tell?.({ ...wait, seconds, ...(said === undefined ? {} : { says: said }) });
      next();
    }, at - waited);
    timer.unref();
  };
  if (tell !== undefined) next();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
