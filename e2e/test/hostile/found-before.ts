/** Seeds that once failed; they run first, always. A failing run prints its seed: add it here. */
export const foundBefore: readonly number[] = [];
