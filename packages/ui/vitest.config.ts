import { projects } from '../../vitest.base.ts';

export default projects('unit', 'pg');
