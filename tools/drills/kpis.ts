/** The KPIs of a drill, as `quoteq kpi --since` computes them. */
import type { Figure } from '../report/report.ts';
import { reportKpis } from '../../lambdas/queue/domain/kpi/kpi.ts';
import { NO_SAMPLE } from '../../lambdas/queue/domain/kpi/kpi-text.ts';
import { type KpiTables, readKpiRecords } from '../kpi/kpi-source.ts';
import { kpiFigures } from '../kpi/render-kpis.ts';
import type { DrillSite } from './site.ts';

/** The KPIs of actions enqueued, and of transitions shown in Slack, from `sinceMs` on, in ms since the epoch. */
export async function kpisSince(
  { documents, outputs }: Pick<DrillSite, 'documents'> & { readonly outputs: KpiTables },
  sinceMs: number,
): Promise<readonly Figure[]> {
  const window = { sinceMs, nowMs: Date.now() };
  const report = reportKpis(await readKpiRecords(documents, outputs, window), window);
  return kpiFigures(report).map(({ name, value, unit, goal, ok, samples }) => ({
    name,
    value: value === null ? null : Math.round(value * 100) / 100,
    unit,
    goal,
    samples,
    ...(ok === null ? {} : { ok }),
  }));
}

/** A figure with its number of samples: `0.5 % of 40`. */
export const sampledText = ({ value, unit, samples }: Figure): string =>
  value === null ? NO_SAMPLE : `${value} ${unit} of ${samples}`;
