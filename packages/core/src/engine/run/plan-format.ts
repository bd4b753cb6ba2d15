/**
 * Rises whenever a plan, or a chunk of one, means something else to the code that works by it: processes
 * of several versions help each other while it is the same.
 */
export const planFormat = 2;
