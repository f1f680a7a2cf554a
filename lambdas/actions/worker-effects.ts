/** The effects that the worker function of a provider carries out. */
import type { Provider } from '../shared/contracts/providers.ts';
import type { Effect } from '../shared/domain/effect.ts';
import type { GuardOptions } from '../shared/adapters/guarded-effect.ts';
import type { KindOf } from './kinds.ts';

/** Creates the effect of each kind of a provider for one invocation. A missing kind does not compile. */
export type WorkerEffects<P extends Provider> = Readonly<
  Record<KindOf<P>, (options: GuardOptions) => Effect>
>;
