/** Bugs that somebody could make in the rules of Regions. Each is planted while the module loads, and its scope must find it. */
import type { Mutation } from '../../../queue/runner/mutation.ts';

/** A bug. */
export interface ScopeBug extends Mutation {
  /** What somebody would have done. */
  readonly name: string;
  /** The scope that finds it. */
  readonly scope: string;
}
