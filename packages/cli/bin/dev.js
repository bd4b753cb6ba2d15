#!/usr/bin/env -S node --conditions=@snowmelt/source --
// The same command from the sources, without a build.
import { main } from '../src/main.ts';

await main(process.argv.slice(2));
