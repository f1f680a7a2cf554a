/** An alarm as plain data. */
import type { Signal } from './signals.ts';

/** How an alarm treats missing data; the names are CloudWatch's own. */
export type MissingData = 'breaching' | 'notBreaching' | 'ignore';

/** One alarm. Its page is `runbooks/alarms/<slug>.md`. */
export interface AlarmDefinition {
  readonly slug: string;
  /** What the alarm means, in one sentence without a full stop; the alarm's description begins with it. */
  readonly meaning: string;
  /** `page`: an operator must look now. `ticket`: within the working day. */
  readonly severity: 'page' | 'ticket';
  /** The compared signals, each with its own alarm. If there are several, the key is the end of the alarm's name. */
  readonly signals: Readonly<Record<string, Signal>>;
  readonly comparison: '>' | '>=' | '<';
  readonly threshold: number;
  readonly periodMinutes: 1 | 5 | 15 | 60 | 1_440;
  /** Number of evaluated periods; the alarm rings when `breachingPeriods` of them breach. */
  readonly periods: number;
  /** @default periods */
  readonly breachingPeriods?: number;
  readonly missingData: MissingData;
  /** Why missing data is treated this way; the alarm's page quotes it. */
  readonly missingDataWhy: string;
}

/** Key of the only signal of an alarm. */
export const ONLY = '';
