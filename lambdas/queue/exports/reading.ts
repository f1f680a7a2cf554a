/** What other contexts may use to read tasks and figures: rules without side effects. */
export { damagedOf, lookAtTask, tasksOf } from '../domain/damaged.ts';
export { type Kpi, type KpiCounts, type KpiReport, reportKpis } from '../domain/kpi/kpi.ts';
export {
  countedText,
  kpiValueText,
  leftOutText,
  NO_SAMPLE,
  targetText,
  VERDICT_TEXT,
} from '../domain/kpi/kpi-text.ts';
export { isEnded, LIFECYCLE } from '../domain/task/lifecycle.ts';
export { attemptsShown } from '../domain/task/task-policy.ts';
