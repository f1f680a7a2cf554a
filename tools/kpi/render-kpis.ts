/** Renders KPIs as a table for people and as figures for programs. */
import { KPI_CONTRACT, type KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import type { Kpi, KpiReport, KpiVerdict } from '../../lambdas/queue/domain/kpi/kpi.ts';
import {
  baselineText,
  countedText,
  kpiValueText,
  leftOutText,
  targetText,
  VERDICT_TEXT,
} from '../../lambdas/queue/domain/kpi/kpi-text.ts';
import { damageLines } from '../cli/terminal/damage-text.ts';
import { renderTable } from '../cli/terminal/table.ts';

/** One KPI as printed by `--json`. The first six fields are the same in every measurement. */
export interface KpiFigure {
  readonly name: KpiName;
  /** In `unit`; `null` if there is no sample. */
  readonly value: number | null;
  readonly unit: '%' | 'ms';
  readonly goal: string;
  /** Whether the target is met; `null` if there is no sample. */
  readonly ok: boolean | null;
  readonly samples: number;
  readonly title: string;
  readonly formula: string;
  readonly baseline: number;
  readonly target: number;
  readonly owner: string;
  readonly verdict: KpiVerdict;
  readonly counted: string;
  /** Number of records that no figure counts because they cannot be read. */
  readonly leftOut: number;
  /** Start of the window; ISO 8601, UTC. */
  readonly since: string;
  /** End of the window; ISO 8601, UTC. */
  readonly until: string;
}

const isoOf = (atMs: number): string => new Date(atMs).toISOString();

function figureOf({ name, value, samples, verdict }: Kpi, report: KpiReport): KpiFigure {
  const { unit, title, formula, baseline, target, bound, owner } = KPI_CONTRACT[name];
  return {
    name,
    value: value ?? null,
    unit,
    goal: `${bound === 'at_most' ? '≤' : '≥'} ${target}`,
    ok: verdict === 'no_sample' ? null : verdict === 'met',
    samples,
    title,
    formula,
    baseline,
    target,
    owner,
    verdict,
    counted: countedText(name, report.counts),
    leftOut: report.leftOut.length,
    since: isoOf(report.sinceMs),
    until: isoOf(report.nowMs),
  };
}

/** The KPIs as figures, in the order of the contract. */
export const kpiFigures = (report: KpiReport): readonly KpiFigure[] =>
  report.kpis.map((kpi) => figureOf(kpi, report));

const rowOf = (kpi: Kpi): readonly string[] => [
  KPI_CONTRACT[kpi.name].title,
  kpiValueText(kpi),
  baselineText(kpi.name),
  targetText(kpi.name),
  KPI_CONTRACT[kpi.name].owner,
  `${kpi.samples} ${KPI_CONTRACT[kpi.name].sampleOf}`,
  VERDICT_TEXT[kpi.verdict],
];

/** The window, one row for each KPI, and the counts behind each KPI. */
export function kpiTable(report: KpiReport): string {
  const { kpis, counts, leftOut, sinceMs, nowMs } = report;
  const head = ['KPI', 'value', 'baseline', 'target', 'owner', 'sample', 'verdict'];
  const counted = kpis.map(
    ({ name }) =>
      `  ${KPI_CONTRACT[name].title}: ${KPI_CONTRACT[name].formula}; ${countedText(name, counts)}`,
  );
  return [
    `Actions enqueued and transitions shown from ${isoOf(sinceMs)} to ${isoOf(nowMs)}`,
    renderTable(head, kpis.map(rowOf)),
    'Counted',
    ...counted,
    ...(leftOut.length === 0 ? [] : [leftOutText(leftOut.length), ...damageLines(leftOut)]),
  ].join('\n');
}
