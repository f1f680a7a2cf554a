/** Conditional writes of one item, as states see them. */
import type { Condition, Put, Result } from '../../../../lambdas/regions/change.ts';

interface Versioned {
  readonly version: number;
}

function isMet(stored: Versioned | undefined, condition: Condition): boolean {
  switch (condition.kind) {
    case 'absent':
      return stored === undefined;
    case 'version':
      return stored?.version === condition.version;
    case 'atLeast':
      return stored !== undefined;
  }
}

/** The item after a step's write: the same one if the step is refused or its condition fails. */
export const after = <T extends Versioned>(stored: T | undefined, step: Result<Put<T>>): T | undefined =>
  step.ok && isMet(stored, step.value.condition) ? step.value.next : stored;
