/** What a drill is: a fault brought about on purpose, with what must hold under it. */
import type { Figure } from '../report/report.ts';
import type { FunctionName } from '../../lib/shared/functions.ts';
import type { Evidence, Guarantee } from '../demo/proof.ts';
import type { DrillSite } from './site.ts';

/** What is known after a drill. */
export interface DrillEvidence extends Evidence {
  /** What the drill counted of its own doing and of what followed, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** The KPIs since the drill began. */
  readonly kpis: readonly Figure[];
}

/** Functions with more variables than their own. */
export interface FunctionChange {
  readonly names: readonly FunctionName[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What a drill leaves when it has done its part; its tasks may still be under way. */
export interface Played {
  readonly taskIds: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** See the file head. */
export interface Drill {
  /** Kebab-case; names it on the command line and in its report. */
  readonly name: string;
  /** What goes wrong, in a sentence. */
  readonly story: string;
  /** What must hold of every action; @default `EVERY_DRILL` */
  readonly common?: readonly Guarantee<DrillEvidence>[];
  /** What must hold beyond that. */
  readonly guarantees: readonly Guarantee<DrillEvidence>[];
  /** Variables that functions have while it is held, and while those beside it are. */
  readonly functions?: (site: DrillSite) => FunctionChange;
  /** It changes what others rely on (functions, all of Slack), so nothing may run beside it. */
  readonly alone: boolean;
  /** Brings the fault about and takes it back. @throws whatever keeps it from doing so */
  readonly play: (site: DrillSite) => Promise<Played>;
}
