/** Every stored shape by its table, for migrations. A reader takes the one shape that it reads. */
import { LEDGER_SHAPE, type Shape } from '../../../shared/domain/stored-items.ts';
import { AUDIT_SHAPE } from './audit-shape.ts';
import { CARD_SHAPE } from './card-shape.ts';
import { CONTROL_SHAPE } from './control-shape.ts';
import { TASK_SHAPE } from './task-shape.ts';

/** See the file head. */
export const SHAPES = {
  tasks: TASK_SHAPE,
  ledger: LEDGER_SHAPE,
  audit: AUDIT_SHAPE,
  cards: CARD_SHAPE,
  controls: CONTROL_SHAPE,
} as const satisfies Record<string, Shape>;
/** Names a shape. */
export type ShapeName = keyof typeof SHAPES;
