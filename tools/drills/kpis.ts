/** The KPIs of a drill, as `quoteq kpi --since` prints them. */
import type { Figure } from '../../bench/report.ts';
import { reportKpis } from '../../lambdas/domain/kpi.ts';
import { readKpiRecords } from '../kpi/kpi-source.ts';
import { kpiFigures } from '../kpi/render-kpis.ts';
import type { DrillSite } from './site.ts';

/** The KPIs of what was enqueued, and shown in Slack, from `sinceMs` on; in ms since the epoch. */
export async function kpisSince(
  { documents, outputs }: Pick<DrillSite, 'documents' | 'outputs'>,
  sinceMs: number,
): Promise<readonly Figure[]> {
  const window = { sinceMs, nowMs: Date.now() };
  const report = reportKpis(await readKpiRecords(documents, outputs, window), window);
  return kpiFigures(report).map(({ name, value, unit, goal, ok, samples }) => ({
    name,
    value: Math.round((value ?? 0) * 100) / 100,
    unit,
    goal,
    samples,
    ...(ok === null ? {} : { ok }),
  }));
}
