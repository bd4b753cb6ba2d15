export { startUi, type Ui, type UiOptions } from './server/start-ui.ts';
export type { ActionName } from './server/actions.ts';
