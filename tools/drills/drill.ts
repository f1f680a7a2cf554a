/** The definition of a drill: a deliberate fault, and the guarantees that must hold during it. */
import type { Figure } from '../report/report.ts';
import type { FunctionName } from '../../lib/shared/functions.ts';
import type { Evidence, Guarantee } from '../demo/proof.ts';
import type { DrillSite } from './site.ts';

/** The evidence after a drill. */
export interface DrillEvidence extends Evidence {
  /** Counts of the drill's actions and their consequences, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** The KPIs since the drill began. */
  readonly kpis: readonly Figure[];
}

/** Functions, and the variables that they get in addition to their own. */
export interface FunctionChange {
  readonly names: readonly FunctionName[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The result of `play`; tasks may still be running. */
export interface Played {
  readonly taskIds: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** A drill. */
export interface Drill {
  /** Kebab-case name, used on the command line and in the report. */
  readonly name: string;
  /** The fault, in one sentence. */
  readonly story: string;
  /** Guarantees that each action must meet; @default `EVERY_DRILL` */
  readonly common?: readonly Guarantee<DrillEvidence>[];
  /** Further guarantees of this drill. */
  readonly guarantees: readonly Guarantee<DrillEvidence>[];
  /** Additional variables of functions while the drill and its group run. */
  readonly functions?: (site: DrillSite) => FunctionChange;
  /** Whether it changes what other drills use (functions, all of Slack), so that it must run alone. */
  readonly alone: boolean;
  /** Causes the fault and removes it. @throws any error that prevents this */
  readonly play: (site: DrillSite) => Promise<Played>;
}
