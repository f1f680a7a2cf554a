/** What the worker function of a provider carries out. */
import type { Provider } from '../shared/contracts/providers.ts';
import type { Effect } from '../shared/domain/effect.ts';
import type { GuardOptions } from '../shared/adapters/guarded-effect.ts';
import type { KindOf } from './kinds.ts';

/** How to make the effect of each kind of a provider for one invocation. A kind that is missing here does not compile. */
export type WorkerEffects<P extends Provider> = Readonly<
  Record<KindOf<P>, (options: GuardOptions) => Effect>
>;
