/** Alarms on what must not happen to the data: duplicates, and records, cards and clicks that were given up. */
import { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import { type AlarmDefinition, ONLY } from './alarm-definition.ts';
import { ageOf, counted, depthOf, ofCardRule, type Signal } from './signals.ts';

const NOT_COUNTED = 'The metric is written only when there is something to count.';
const RULE_SILENT = 'EventBridge reports the metric only when it is not zero.';
const SQS_SILENT = 'SQS reports nothing of a queue that nobody has used for hours: it is empty.';

/** A click has no delay: it is worked on at once. Five minutes are three deliveries that failed, or nobody who consumes. */
const CLICK_AGE_SECONDS = 5 * 60;
/**
 * A card's message waits on purpose: 900 s at most until it is delivered (`CARD_RETRY.maxDelaySeconds`; one that is put back
 * is a new message, whose age starts anew), and then 5 deliveries of 180 s when `update-card` fails on it, 1,800 s in all. As
 * much again is room for a backlog. Beyond that nobody consumes the queue.
 */
const CARD_AGE_SECONDS = 60 * 60;

/** Messages that wait for a function that does not come: a mapping that is disabled, a consumer that is throttled. */
const waitsTooLong = (
  queue: 'cards' | 'clicks',
  meaning: string,
  severity: AlarmDefinition['severity'],
  seconds: number,
): AlarmDefinition => ({
  slug: `${queue}-waiting`,
  meaning,
  severity,
  signals: { [ONLY]: ageOf(queue) },
  comparison: '>',
  threshold: seconds,
  periodMinutes: 5,
  periods: 1,
  missingData: 'notBreaching',
  missingDataWhy: SQS_SILENT,
});

/** One thing in five minutes is enough: each of these wants a person. */
const atOnce = (
  slug: string,
  meaning: string,
  severity: AlarmDefinition['severity'],
  signal: Signal,
  missingDataWhy: string,
): AlarmDefinition => ({
  slug,
  meaning,
  severity,
  signals: { [ONLY]: signal },
  comparison: '>=',
  threshold: 1,
  periodMinutes: 5,
  periods: 1,
  missingData: 'notBreaching',
  missingDataWhy,
});

/** The alarms. */
export const DATA_ALARMS: readonly AlarmDefinition[] = [
  atOnce(
    'duplicate-mutations',
    'A provider holds an effect twice, or another one than was asked for',
    'page',
    counted(Metric.DuplicateMutations),
    NOT_COUNTED,
  ),
  atOnce(
    'fingerprint-mismatch',
    'What stands under the key of an action is not what the action asks for',
    'page',
    counted(Metric.FingerprintMismatches),
    NOT_COUNTED,
  ),
  atOnce(
    'parked-records',
    'Transitions could not be published: the audit trail may have a gap',
    'page',
    depthOf('parked'),
    SQS_SILENT,
  ),
  {
    ...atOnce(
      'audit-gaps',
      'The audit trail lacks transitions that the tasks’ own history does not reach any more',
      'ticket',
      counted(Metric.AuditGapsUnrepairable, 'Maximum'),
      'Only a sweep that could read the trails reports this; that one cannot is what sweep-blind rings for.',
    ),
    // A gap is seen once in each walk over the tasks, which takes hours where there are many.
    periodMinutes: 60,
  },
  atOnce(
    'missed-sweeps',
    'The scheduler could not start the sweep',
    'ticket',
    depthOf('missed-sweeps'),
    SQS_SILENT,
  ),
  atOnce(
    'card-delivery-failures',
    'EventBridge gave up handing transitions to the card queue: cards in Slack may be stale',
    'ticket',
    ofCardRule('FailedInvocations'),
    RULE_SILENT,
  ),
  atOnce(
    'card-events-lost',
    'Transitions reached neither the card queue nor its dead letters: their cards are stale and stay so',
    'page',
    ofCardRule('InvocationsFailedToBeSentToDlq'),
    RULE_SILENT,
  ),
  atOnce(
    'card-dead-letters',
    'Card updates were given up: cards in Slack may be stale',
    'ticket',
    depthOf('card-dead-letters'),
    SQS_SILENT,
  ),
  atOnce(
    'click-dead-letters',
    'Clicks of operators were given up: what they asked for was not done',
    'page',
    depthOf('click-dead-letters'),
    SQS_SILENT,
  ),
  waitsTooLong(
    'clicks',
    'A click of an operator has not been carried out for five minutes',
    'page',
    CLICK_AGE_SECONDS,
  ),
  waitsTooLong(
    'cards',
    'A card update has waited for an hour: nobody takes them from their queue',
    'ticket',
    CARD_AGE_SECONDS,
  ),
  atOnce(
    'slack-terminal-errors',
    'Slack refuses card updates until the channel, the app or the token is repaired',
    'ticket',
    counted(Metric.SlackTerminalErrors),
    NOT_COUNTED,
  ),
];
