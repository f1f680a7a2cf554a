/** The stored shape of cards and latencies. */
import { CARD_SCHEMA_VERSION } from '../../contracts/shown-cards.ts';
import type { Shape } from '../../../shared/domain/stored-items.ts';

/** See the file head. */
export const CARD_SHAPE = {
  name: 'cards',
  newest: CARD_SCHEMA_VERSION,
  steps: [],
  appendOnly: false,
} as const satisfies Shape;
