import { describe, expect, it } from 'vitest';

import { errorCatalog, isSnowmeltError, SnowmeltError } from '../../src/index.ts';

describe('SnowmeltError', () => {
  it('P8: has the fix and the retry of its code, unless a better one is known', () => {
    const error = new SnowmeltError('TARGET.UNREACHABLE', 'connection refused');
    expect(error).toMatchObject(errorCatalogEntry('TARGET.UNREACHABLE'));
    expect(new SnowmeltError('TARGET.UNREACHABLE', 'm', { fix: 'start it' }).fix).toBe('start it');
  });

  it('gets its place filled in, and keeps what it knew better', () => {
    const error = new SnowmeltError('TARGET.LOCKED', 'm', { place: { chunk: '7' } });
    expect(error.at({ table: 't', chunk: '8' }).place).toEqual({ table: 't', chunk: '7' });
  });

  it('is recognised by its mark, also from another copy of the package', () => {
    const foreign = Object.assign(new Error('m'), { [Symbol.for('snowmelt.error')]: true });
    expect(isSnowmeltError(foreign)).toBe(true);
    expect(isSnowmeltError(new Error('m'))).toBe(false);
    expect(isSnowmeltError(null)).toBe(false);
  });
});

function errorCatalogEntry(code: keyof typeof errorCatalog) {
  const { retry, fix } = errorCatalog[code];
  return { code, retry, fix };
}
