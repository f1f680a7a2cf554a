/** The stored shape of audit records, which stay as they were written. */
import { SCHEMA_VERSION } from '../../contracts/records.ts';
import type { Shape } from '../../../shared/domain/stored-items.ts';

/** See the file head. */
export const AUDIT_SHAPE = {
  name: 'audit',
  newest: SCHEMA_VERSION,
  steps: [],
  appendOnly: true,
} as const satisfies Shape;
