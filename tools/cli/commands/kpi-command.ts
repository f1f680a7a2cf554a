/** `kpi`: the four KPIs, from the audit trail and the latencies of a deployment. */
import { type KpiReport, type KpiWindow, reportKpis } from '../../../lambdas/queue/domain/kpi/kpi.ts';
import { readKpiRecords } from '../../kpi/kpi-source.ts';
import { resolveKpiTarget } from '../../kpi/kpi-target.ts';
import { kpiFigures, kpiTable } from '../../kpi/render-kpis.ts';
import { parseSince } from '../../kpi/since.ts';
import { LOCAL_ROOT } from '../../paths.ts';
import { print } from '../terminal/print.ts';
import { explaining, type StageOptions } from '../target/stage-target.ts';

/** Options of the command. */
export interface KpiOptions extends StageOptions {
  readonly since: string;
  readonly json?: boolean;
  /** Exit 1 when a target is missed. */
  readonly check?: boolean;
}

/**
 * Reads and computes the KPIs of a window.
 * @param root of the local environment
 * @throws {CliError} saying what was expected
 */
export async function loadKpis(
  options: StageOptions,
  window: KpiWindow,
  root: string = LOCAL_ROOT,
): Promise<KpiReport> {
  return explaining('The tables could not be read', async () => {
    const { client, tables } = await resolveKpiTarget(options, root);
    try {
      return reportKpis(await readKpiRecords(client, tables, window), window);
    } finally {
      client.destroy();
    }
  });
}

/** The command's output and exit code. The code is 1 only if `--check` is given and a target is missed. */
export async function kpiAnswer(
  options: KpiOptions,
  nowMs: number,
  root: string = LOCAL_ROOT,
): Promise<{ readonly text: string; readonly exitCode: 0 | 1 }> {
  const report = await loadKpis(options, { sinceMs: parseSince(options.since, nowMs), nowMs }, root);
  const text = options.json === true ? JSON.stringify(kpiFigures(report)) : kpiTable(report);
  const isMissed = report.kpis.some(({ verdict }) => verdict === 'missed');
  return { text, exitCode: options.check === true && isMissed ? 1 : 0 };
}

/** `quoteq kpi` */
export async function kpi(options: KpiOptions): Promise<void> {
  const { text, exitCode } = await kpiAnswer(options, Date.now());
  print(text);
  process.exitCode = exitCode;
}
