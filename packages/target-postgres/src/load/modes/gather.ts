import { quoteShadow, shadowName } from '../../tables/shadow-table.ts';
import type { LoadRows } from './load-rows.ts';

/** Into the run's shadow; `publish` puts the rows in place. */
export const gather: LoadRows = ({ table, copyInto }) => copyInto(quoteShadow(shadowName(table)));
