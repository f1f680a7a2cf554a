/** `kpi`: the four KPIs of the spec, from the audit trail and the latencies of a deployment. */
import { type KpiReport, type KpiWindow, reportKpis } from '../../../lambdas/domain/kpi.ts';
import { readKpiRecords } from '../../kpi/kpi-source.ts';
import { resolveKpiTarget, type StageOptions } from '../../kpi/kpi-target.ts';
import { kpiFigures, kpiTable } from '../../kpi/render-kpis.ts';
import { parseSince } from '../../kpi/since.ts';
import { LOCAL_ROOT } from '../../local/paths.ts';
import { CliError } from '../cli-error.ts';

/** Options of the command. */
export interface KpiOptions extends StageOptions {
  readonly since: string;
  readonly json?: boolean;
  /** Exit 1 when a target is missed. */
  readonly check?: boolean;
}

/** What the SDK throws (no credentials, access denied, nothing listening) is for the operator to mend: a {@link CliError}. */
export function explained(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof CliError) return thrown;
  const isOfSdk = '$metadata' in thrown || 'code' in thrown || thrown.name === 'CredentialsProviderError';
  if (!isOfSdk) return thrown;
  const message = thrown.message === '' ? 'no answer' : thrown.message;
  return new CliError(`The tables could not be read: ${thrown.name}: ${message}`, { cause: thrown });
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
  try {
    const { client, tables } = await resolveKpiTarget(options, root);
    try {
      return reportKpis(await readKpiRecords(client, tables, window), window);
    } finally {
      client.destroy();
    }
  } catch (thrown) {
    throw explained(thrown);
  }
}

/** What the command says, and its exit code: 1 only when `--check` was given and a target is missed. */
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
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCode;
}
