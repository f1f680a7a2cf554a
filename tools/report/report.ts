/** The output of every benchmark: a table for people, and as its last line the figures as JSON. */
import { NO_SAMPLE } from '../../lambdas/queue/domain/kpi/kpi-text.ts';
import { print } from '../cli/terminal/print.ts';
import { renderTable } from '../cli/terminal/table.ts';

/** One figure. `ok` is whether it meets its goal; absent if it has no goal. */
export interface Figure {
  readonly name: string;
  /** In `unit`; `null` if there is no sample. */
  readonly value: number | null;
  readonly unit: string;
  readonly goal?: string;
  readonly ok?: boolean;
  readonly samples: number;
}

/** The median of the values (the lower of two). @throws {RangeError} when there is no value */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('median: expected at least one value');
  return middle;
}

/** @throws {RangeError} when there is no value */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('mean: expected at least one value');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that at least `percent` of the values do not exceed. @throws {RangeError} when there is no value */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((values.length * percent) / 100));
  const value = values.toSorted((a, b) => a - b)[rank - 1];
  if (value === undefined) throw new RangeError('percentile: expected at least one value');
  return value;
}

/** The figures for people, one row each. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, goal, ok, samples }) => {
    const met = ok === undefined ? '' : ok ? 'yes' : 'NO';
    return [name, value ?? NO_SAMPLE, unit, goal ?? '', met, samples];
  });
  return renderTable(['name', 'value', 'unit', 'goal', 'met', 'samples'], rows);
}

/** Prints the figures; with `--json` on the command line only the JSON. A missed goal sets exit code 1. */
export function report(figures: readonly Figure[], argv: readonly string[] = process.argv): void {
  if (!argv.includes('--json')) print(figureTable(figures));
  print(JSON.stringify(figures));
  if (figures.some((figure) => figure.ok === false)) process.exitCode = 1;
}
