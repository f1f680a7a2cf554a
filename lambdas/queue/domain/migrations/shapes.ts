/** Every stored shape with its newest version and the way between its versions. */
import { CARD_SCHEMA_VERSION } from '../../contracts/shown-cards.ts';
import { CONTROL_SCHEMA_VERSION } from '../../contracts/controls.ts';
import { SCHEMA_VERSION } from '../../contracts/records.ts';
import type { StoredItem } from '../../../shared/domain/migration.ts';
import { LEDGER_SHAPE, type Shape, upcast } from '../../../shared/domain/schema-versions.ts';
import { TASK_V1_V2 } from './task-v1-v2.ts';

/** The shapes by table. */
export const SHAPES = {
  tasks: { name: 'tasks', newest: SCHEMA_VERSION, steps: [TASK_V1_V2], appendOnly: false },
  ledger: LEDGER_SHAPE,
  audit: { name: 'audit', newest: SCHEMA_VERSION, steps: [], appendOnly: true },
  cards: { name: 'cards', newest: CARD_SCHEMA_VERSION, steps: [], appendOnly: false },
  controls: { name: 'controls', newest: CONTROL_SCHEMA_VERSION, steps: [], appendOnly: false },
} as const satisfies Record<string, Shape>;
/** Names a shape. */
export type ShapeName = keyof typeof SHAPES;

/**
 * A task item of an older version as one of the newest; anything else is returned as it is, for its schema to refuse.
 * @throws {QueueError} `STORED_RECORD_INVALID` when it is of a newer version
 */
export const upcastTask = (item: StoredItem): StoredItem => upcast(SHAPES.tasks, item);
