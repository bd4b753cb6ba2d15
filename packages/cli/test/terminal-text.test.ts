import ansis from 'ansis';
import { describe, expect, it, vi } from 'vitest';

import { terminalLine, terminalText } from '../src/terminal/terminal-text.ts';

describe('P7: what is painted', () => {
  it('is let through in the colours of this command alone, where there are colours', () => {
    const text = '\u001B[32mdone\u001B[39m \u001B[8mhidden\u001B[2J\u009B31m\u202E';
    const supported = vi.spyOn(ansis, 'isSupported').mockReturnValue(true);
    expect(terminalText(text)).toBe(
      '\u001B[32mdone\u001B[39m \\u001b[8mhidden\\u001b[2J\\u009b31m\\u202e',
    );
    supported.mockReturnValue(false);
    expect(terminalText(`${text}\nx`)).toMatch(/^\P{Cc}*\nx$/u);
    expect(terminalLine(`${text}\nx`)).toMatch(/^\P{Cc}*$/u);
    supported.mockRestore();
  });
});
