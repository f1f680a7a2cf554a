/** What other contexts may use to move tasks, as an operator does. */
export { startDriver } from '../domain/driver/start-driver.ts';
export { createOperate, type OperatorAction } from '../domain/task/operate.ts';
