import { expect, it } from 'vitest';

import { lineWindow } from '../src/unload/line-window.ts';

const rows = ['1,a', '2,"b\n,""\n"""', '3,', '', '5,"\n"', '6,"x"'];
const file = Buffer.from(rows.map((row) => `${row}\n`).join(''));

async function read(blockBytes: number, from: number, to: number): Promise<string> {
  async function* blocks() {
    for (let at = 0; at < file.length; at += blockBytes) {
      yield file.subarray(at, at + blockBytes);
    }
  }
  return Buffer.concat(await Array.fromAsync(lineWindow(blocks(), { from, to }))).toString();
}

it.each([1, 2, 3, 5, 7, 1000])(
  'P1: any window of rows, LF and quotes in them, from blocks of %i bytes',
  async (blockBytes) => {
    for (let from = 0; from <= rows.length; from += 1) {
      for (let to = from; to <= rows.length; to += 1) {
        const wanted = rows.slice(from, to).map((row) => `${row}\n`);
        expect(await read(blockBytes, from, to), `${from} to ${to}`).toBe(wanted.join(''));
      }
    }
  },
);
