/** Shape of an alarm, as plain data. */
import type { Signal } from './signals.ts';

/** What no data means to an alarm; the names are CloudWatch's own. */
export type MissingData = 'breaching' | 'notBreaching' | 'ignore';

/** One alarm. Its page is `runbooks/alarms/<slug>.md`. */
export interface AlarmDefinition {
  readonly slug: string;
  /** What it means, in one sentence without a full stop; the alarm's description begins with it. */
  readonly meaning: string;
  /** `page`: somebody must look now. `ticket`: within the working day. */
  readonly severity: 'page' | 'ticket';
  /** What is compared, one alarm for each; the key, where there are several, ends the alarm's name. */
  readonly signals: Readonly<Record<string, Signal>>;
  readonly comparison: '>' | '>=' | '<';
  readonly threshold: number;
  readonly periodMinutes: 1 | 5 | 15 | 60 | 1_440;
  /** Periods looked at; the alarm rings when `breachingPeriods` of them breach. */
  readonly periods: number;
  /** @default periods */
  readonly breachingPeriods?: number;
  readonly missingData: MissingData;
  /** Why no data means that here; stands on the page too. */
  readonly missingDataWhy: string;
}

/** Key of the only signal of an alarm. */
export const ONLY = '';
