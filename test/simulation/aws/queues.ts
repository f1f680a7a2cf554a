/** The stack's two queues with their consumers. KEEP IN STEP WITH lib/shared/work-queue.construct.ts and lib/slack/slack-side.ts */
import { FUNCTION_SETTINGS } from '../../../lib/shared/function-settings.ts';
import { type CarrierOptions, type QueueShape, SimulatedQueue } from './deliveries.ts';

const VISIBILITY_TIMEOUTS = 6;
const MAX_RECEIVES = 5;

const SHAPES = {
  cards: { consumer: 'update-card', batchSize: 10, maxConcurrency: 2 },
  clicks: { consumer: 'operate-click', batchSize: 1, maxConcurrency: 10 },
} as const;

/** One of the stack's queues. */
export function queueOf(name: keyof typeof SHAPES, options: CarrierOptions): SimulatedQueue {
  const { consumer, batchSize, maxConcurrency } = SHAPES[name];
  const shape: QueueShape = {
    name,
    batchSize,
    maxConcurrency,
    maxReceives: MAX_RECEIVES,
    visibilityMs: VISIBILITY_TIMEOUTS * FUNCTION_SETTINGS[consumer].timeoutSeconds * 1_000,
  };
  return new SimulatedQueue(shape, options);
}
