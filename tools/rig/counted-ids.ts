/** Ids for tests and benchmarks. */
import type { Ids } from '../../lambdas/shared/domain/ports.ts';

let lastId = 0;

/** Ids that are unique within a process. */
export const countedIds: Ids = {
  next: () => {
    lastId += 1;
    return `id-${lastId}`;
  },
};
