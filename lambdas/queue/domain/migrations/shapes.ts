/** Every stored shape with its newest version and the way between its versions. */
import { CARD_SCHEMA_VERSION } from '../../../slack/contracts/cards.ts';
import { CONTROL_SCHEMA_VERSION } from '../../contracts/controls.ts';
import { LEDGER_SCHEMA_VERSION, SCHEMA_VERSION } from '../../contracts/records.ts';
import type { Migration } from '../../../shared/domain/migration.ts';
import { TASK_V1_V2 } from './task-v1-v2.ts';

/** A stored shape; the name is that of its table. */
export interface Shape {
  /** The version that is written; readers take it and the ones before. */
  readonly newest: number;
  /** From the oldest up, without a gap. */
  readonly steps: readonly Migration[];
  /** Its items are never changed: every reader takes every version, for ever. */
  readonly appendOnly: boolean;
}

/** The shapes by table. */
export const SHAPES = {
  tasks: { newest: SCHEMA_VERSION, steps: [TASK_V1_V2], appendOnly: false },
  ledger: { newest: LEDGER_SCHEMA_VERSION, steps: [], appendOnly: false },
  audit: { newest: SCHEMA_VERSION, steps: [], appendOnly: true },
  cards: { newest: CARD_SCHEMA_VERSION, steps: [], appendOnly: false },
  controls: { newest: CONTROL_SCHEMA_VERSION, steps: [], appendOnly: false },
} as const satisfies Record<string, Shape>;
/** Names a shape. */
export type ShapeName = keyof typeof SHAPES;
