/** The stored shape of pauses. */
import { CONTROL_SCHEMA_VERSION } from '../../contracts/controls.ts';
import type { Shape } from '../../../shared/domain/stored-items.ts';

/** See the file head. */
export const CONTROL_SHAPE = {
  name: 'controls',
  newest: CONTROL_SCHEMA_VERSION,
  steps: [],
  appendOnly: false,
} as const satisfies Shape;
