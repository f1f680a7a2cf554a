/** What a transition counts for: a pure rule, so that metrics and reports count alike. */
import { ExecutionState, TransitionCause } from '../contracts/lifecycle-states.ts';
import { Metric } from '../contracts/metric-names.ts';
import type { Transition } from '../contracts/records.ts';

/** The metrics that grow by one with this transition. */
export const metricsOf = (transition: Pick<Transition, 'cause' | 'to' | 'errorCode'>): readonly Metric[] => [
  ...(transition.cause === TransitionCause.Enqueue ? [Metric.ActionsTotal] : []),
  ...(transition.to === ExecutionState.FailedTerminal ? [Metric.ActionsFailed] : []),
  ...(transition.errorCode === 'DUPLICATE_EFFECT' ? [Metric.DuplicateMutations] : []),
];
