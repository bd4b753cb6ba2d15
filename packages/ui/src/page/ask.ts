import { useEffect, useState } from 'preact/hooks';

/** What a value becomes on its way as JSON. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Wire<T[Key]> }
      : T;

export interface Asked<T> {
  readonly answer?: Wire<T>;
  readonly error?: string;
}

/** The token of this tab; it goes with the tab. */
const tokenKey = 'snowmelt-token';
export const token = {
  get: (): string => sessionStorage.getItem(tokenKey) ?? '',
  set: (value: string): void => sessionStorage.setItem(tokenKey, value.trim()),
};

export async function ask<T>(path: string, method = 'GET'): Promise<Wire<T>> {
  const known = token.get();
  const headers = known === '' ? {} : { authorization: `Bearer ${known}` };
  const response = await fetch(path, { method, headers });
  const answer = (await response.json()) as { readonly error?: { readonly message: string } };
  if (!response.ok) throw new Error(answer.error?.message ?? response.statusText);
  return answer as Wire<T>;
}

/** A page that nobody looks at asks seldom. */
const whenHidden = 15_000;

/** Asks again and again, a while after each answer; without a path, not at all. */
export function usePolled<T>(path: string | undefined, milliseconds: number): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({});
  useEffect(() => {
    if (path === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const again = async (): Promise<void> => {
      try {
        const answer = await ask<T>(path);
        if (!ended) setAsked({ answer });
      } catch (error) {
        const said =
          error instanceof TypeError ? 'The server does not answer.' : (error as Error).message;
        if (!ended) setAsked((before) => ({ ...before, error: said }));
      }
      if (!ended)
        timer = setTimeout(() => void again(), document.hidden ? whenHidden : milliseconds);
    };
    const onShow = (): void => {
      if (document.hidden || ended) return;
      clearTimeout(timer);
      void again();
    };
    setAsked({});
    void again();
    document.addEventListener('visibilitychange', onShow);
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onShow);
    };
  }, [path, milliseconds]);
  return asked;
}
