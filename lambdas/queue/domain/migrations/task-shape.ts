/** The stored shape of tasks. */
import { SCHEMA_VERSION } from '../../contracts/records.ts';
import type { Shape } from '../../../shared/domain/schema-versions.ts';
import { TASK_V1_V2 } from './task-v1-v2.ts';

/** See the file head. */
export const TASK_SHAPE = {
  name: 'tasks',
  newest: SCHEMA_VERSION,
  steps: [TASK_V1_V2],
  appendOnly: false,
} as const satisfies Shape;
