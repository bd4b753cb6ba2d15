export { allTypesStatements, allTypesTable } from './all-types.ts';
export { demoTables, type DemoTable } from './demo-tables.ts';
export { startDemo, type Demo, type DemoOptions } from './start-demo.ts';
