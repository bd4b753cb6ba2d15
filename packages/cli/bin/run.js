#!/usr/bin/env -S node --
// Without the two dashes Node takes --env-file for a flag of its own.
import { main } from '../dist/main.js';

await main(process.argv.slice(2));
